// Inner products of the last axes.

import { composite } from '../families/composite.ts';
import { failContraction } from '../families/contraction.ts';
import type { Operand } from '../op.ts';

export const inner = composite({
  name: 'inner',
  family: 'contraction',
  doc: { text: 'Sum of products over the last axes of both; a scalar multiplies.', source: 'numpy.inner' },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'y', kind: 'tensor' },
  ],
  samples: [
    { operands: [{ shape: [3] }, { shape: [3] }] },
    { operands: [{ shape: [2, 3] }, { shape: [4, 3] }] },
    { operands: [{ shape: [] }, { shape: [3] }] },
  ],
  body(b, args) {
    const [x, y] = b.promote([args['x'] as Operand, args['y'] as Operand]);
    const [p, q] = [x.aval.shape.length, y.aval.shape.length];
    if (p === 0 || q === 0) return b.multiply(x, y);
    if (x.aval.shape[p - 1] !== y.aval.shape[q - 1])
      failContraction(b, x, p - 1, y, q - 1, (m, n) => `inner(${m}, ${n})`);
    return b.dot_general(x, y, { contract: [[p - 1], [q - 1]] });
  },
});
