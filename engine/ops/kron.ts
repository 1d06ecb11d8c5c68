// Kronecker product.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const kron = composite({
  name: 'kron',
  family: 'contraction',
  aliases: ['linalg.kron'],
  doc: { text: 'Kronecker product: each element of x times all of y, block by block.', source: 'numpy.kron' },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'y', kind: 'tensor' },
  ],
  samples: [
    { operands: [{ shape: [2, 2] }, { shape: [1, 3] }] },
    { operands: [{ shape: [2] }, { shape: [2, 3] }] },
    { operands: [{ shape: [] }, { shape: [2] }] },
  ],
  body(b, args) {
    const [x, y] = b.promote([args['x'] as Operand, args['y'] as Operand]);
    const rank = Math.max(x.aval.shape.length, y.aval.shape.length);
    const full = (shape: readonly number[]): number[] => [...new Array<number>(rank - shape.length).fill(1), ...shape];
    const [p, q] = [full(x.aval.shape), full(y.aval.shape)];
    const product = b.multiply(
      b.reshape(x, { shape: p.flatMap((d) => [d, 1]) }),
      b.reshape(y, { shape: q.flatMap((d) => [1, d]) }),
    );
    return b.reshape(product, { shape: p.map((d, i) => d * q[i]) });
  },
});
