// Rectifier smoothed by a root.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const squareplus = composite({
  name: 'squareplus',
  family: 'activation',
  doc: { text: 'A smooth rectifier without exponentials; b says how wide it bends.', math: '(x + √(x² + b)) / 2' },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'b', kind: 'tensor', default: 4 },
  ],
  samples: [{ operands: [{ shape: [4] }] }, { operands: [{ shape: [4] }, { shape: [], range: [1, 4] }] }],
  body(b, args) {
    const [x, width] = b.promote([args['x'] as Operand, args['b'] as Operand], 'float');
    return b.multiply(b.add(x, b.sqrt(b.add(b.square(x), width))), 0.5);
  },
});
