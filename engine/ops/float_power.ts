// Power of floats.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const float_power = composite({
  name: 'float_power',
  family: 'elementwise',
  doc: { text: 'x to the power y, integers taken as floats.', math: 'x^y', source: 'numpy.float_power' },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'y', kind: 'tensor' },
  ],
  samples: [
    {
      operands: [
        { shape: [4], range: [0.3, 3] },
        { shape: [4], range: [-2, 2] },
      ],
    },
  ],
  body: (b, { x, y }) => b.pow(b.promote([x as Operand], 'float')[0], y as Operand),
});
