// Elements in order.

import { normalizeAxis } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { gatherAlong } from '../families/indexing.ts';
import type { Operand } from '../op.ts';

export const sort = composite({
  name: 'sort',
  family: 'searching',
  doc: {
    text: 'The elements along an axis in order, NaN counting as larger than every number. The gradient follows the elements, equal ones in their old order.',
    source: 'Array API 2024.12, sort',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'axis', kind: 'axis', default: -1 },
    { name: 'descending', kind: 'bool', default: false, keyword: true },
    { name: 'stable', kind: 'bool', default: true, keyword: true, doc: 'Sorting is always stable.' },
  ],
  samples: [
    { operands: [{ shape: [5] }] },
    { operands: [{ shape: [3, 2] }], attrs: { axis: 0, descending: true } },
    { operands: [{ shape: [2, 2] }], attrs: { axis: null } },
    { operands: [{ shape: [0] }] },
  ],
  body(b, args) {
    const flat = args['axis'] === null;
    const given = flat ? b.ravel(args['x'] as Operand) : b.lift(args['x'] as Operand);
    const axis = flat ? 0 : normalizeAxis(args['axis'] as number, given.aval.shape.length);
    const descending = args['descending'] === true;
    return gatherAlong(b, given, b.argsort(given, { axis, descending }), axis);
  },
});
