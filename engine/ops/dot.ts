// NumPy's dot.

import { composite } from '../families/composite.ts';
import { failContraction } from '../families/contraction.ts';
import type { Operand } from '../op.ts';

export const dot = composite({
  name: 'dot',
  family: 'contraction',
  doc: {
    text:
      'Sum of products over the last axis of x and the last but one of y (the only one of a vector). Unlike matmul it does not pair ' +
      'leading axes, and a scalar multiplies.',
    source: 'numpy.dot',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'y', kind: 'tensor' },
  ],
  samples: [
    { operands: [{ shape: [3] }, { shape: [3] }] },
    { operands: [{ shape: [2, 3] }, { shape: [3, 2] }] },
    { operands: [{ shape: [2, 3] }, { shape: [2, 3, 2] }] },
    { operands: [{ shape: [] }, { shape: [2, 3] }] },
  ],
  body(b, args) {
    const [x, y] = b.promote([args['x'] as Operand, args['y'] as Operand]);
    const [p, q] = [x.aval.shape.length, y.aval.shape.length];
    if (p === 0 || q === 0) return b.multiply(x, y);
    const inner = Math.max(0, q - 2);
    if (x.aval.shape[p - 1] !== y.aval.shape[inner])
      failContraction(b, x, p - 1, y, inner, (m, n) => `dot(${m}, ${n})`);
    return b.dot_general(x, y, { contract: [[p - 1], [inner]] });
  },
});
