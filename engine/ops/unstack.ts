// The slices along an axis, one array each.

import { normalizeAxis } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { along } from '../families/manipulation.ts';
import type { Operand } from '../op.ts';

export const unstack = composite({
  name: 'unstack',
  family: 'structural',
  aliases: ['unbind'],
  doc: { text: 'The slices along an axis, each an array without it.', source: 'Array API 2024.12, unstack' },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'axis', kind: 'int', default: 0, keyword: true },
  ],
  results: 'list',
  samples: [{ operands: [{ shape: [3] }] }, { operands: [{ shape: [2, 2] }], attrs: { axis: -1 } }],
  body(b, args) {
    const x = b.lift(args['x'] as Operand);
    const axis = normalizeAxis(args['axis'] as number, x.aval.shape.length);
    const shape = x.aval.shape.filter((_d, i) => i !== axis);
    return Array.from({ length: x.aval.shape[axis] }, (_, i) => b.reshape(along(b, x, axis, i, i + 1), { shape }));
  },
});
