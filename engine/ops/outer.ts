// Outer product of two vectors.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const outer = composite({
  name: 'outer',
  family: 'contraction',
  aliases: ['linalg.outer'],
  doc: {
    text: 'All products of an element of x with one of y; arrays are flattened first.',
    math: 'xᵢ yⱼ',
    source: 'numpy.outer',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'y', kind: 'tensor' },
  ],
  samples: [
    { operands: [{ shape: [3] }, { shape: [2] }] },
    { operands: [{ shape: [2, 2] }, { shape: [] }] },
    { operands: [{ shape: [0] }, { shape: [2] }] },
  ],
  body(b, args) {
    const [x, y] = b.promote([args['x'] as Operand, args['y'] as Operand]);
    return b.multiply(b.reshape(x, { shape: [-1, 1] }), b.reshape(y, { shape: [1, -1] }));
  },
});
