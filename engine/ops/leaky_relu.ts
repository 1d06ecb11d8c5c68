// Rectifier with a slope below 0.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const leaky_relu = composite({
  name: 'leaky_relu',
  family: 'activation',
  doc: { text: 'x where it is positive, else x times negative_slope, which is also the slope at 0.' },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'negative_slope', kind: 'tensor', default: 0.01 },
  ],
  samples: [
    { operands: [{ shape: [3], values: [-2, 0.5, 3] }] },
    {
      operands: [
        { shape: [2, 3], values: [-2, 0.5, 3, -1, -0.3, 0.2] },
        { shape: [3], range: [0, 1] },
      ],
    },
  ],
  body(b, args) {
    const [x] = b.promote([args['x'] as Operand], 'float');
    return b.where(b.greater(x, 0), x, b.multiply(x, args['negative_slope'] as Operand));
  },
});
