// Exponential linear unit.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const elu = composite({
  name: 'elu',
  family: 'activation',
  doc: { text: 'x where it is positive, else alpha (e^x − 1); the slope at 0 is alpha.' },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'alpha', kind: 'tensor', default: 1 },
  ],
  samples: [
    { operands: [{ shape: [4], values: [-2, -0.5, 0.5, 3] }] },
    {
      operands: [
        { shape: [4], range: [-3, -0.2] },
        { shape: [], range: [0.5, 2] },
      ],
    },
  ],
  body(b, args) {
    const [x, alpha] = b.promote([args['x'] as Operand, args['alpha'] as Operand], 'float');
    return b.where(b.greater(x, 0), x, b.multiply(alpha, b.expm1(x)));
  },
});
