// Arrays side by side.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const hstack = composite({
  name: 'hstack',
  family: 'structural',
  doc: {
    text: 'Joins arrays side by side: vectors along their only axis, others along the second.',
    source: 'numpy.hstack',
  },
  params: [{ name: 'arrays', kind: 'tensors' }],
  samples: [{ operands: [{ shape: [2] }, { shape: [3] }] }, { operands: [{ shape: [2, 1] }, { shape: [2, 2] }] }],
  body(b, args) {
    const xs = (args['arrays'] as readonly Operand[]).map((x) => b.atleast_1d(x));
    return b.concat(xs, { axis: xs.every((x) => x.aval.shape.length === 1) ? 0 : 1 });
  },
});
