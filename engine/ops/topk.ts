// The largest elements and where they are.

import { normalizeAxis, showAval } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { gatherAlong } from '../families/indexing.ts';
import { along } from '../families/manipulation.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

export const topk = composite({
  name: 'topk',
  family: 'searching',
  aliases: ['top_k'],
  doc: {
    text: 'The k largest (or smallest) elements along an axis, in order, and their indices; of equal ones the lowest index comes first. NaN counts as larger than every number.',
    source: 'jax.lax.top_k; torch.topk',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'k', kind: 'int' },
    { name: 'axis', kind: 'int', default: -1 },
    { name: 'largest', kind: 'bool', default: true },
  ],
  results: ['values', 'indices'],
  samples: [
    { operands: [{ shape: [5] }], attrs: { k: 2 } },
    { operands: [{ shape: [4, 2] }], attrs: { k: 3, axis: 0, largest: false } },
    { operands: [{ shape: [2, 3] }], attrs: { k: 0 } },
  ],
  body(b, args) {
    const x = b.lift(args['x'] as Operand);
    const axis = normalizeAxis(args['axis'] as number, x.aval.shape.length);
    const k = args['k'] as number;
    if (k < 0 || k > x.aval.shape[axis]) {
      fail(
        'E_ATTRIBUTE',
        `k=${k} is more than there is: axis ${axis} of ${showAval(x.aval)} has ${x.aval.shape[axis]} elements.`,
      );
    }
    const indices = along(b, b.argsort(x, { axis, descending: args['largest'] === true }), axis, 0, k);
    return [gatherAlong(b, x, indices, axis), indices];
  },
});
