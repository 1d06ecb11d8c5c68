// Radians to degrees.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const rad2deg = composite({
  name: 'rad2deg',
  family: 'elementwise',
  doc: { text: 'Angles in degrees from radians.', math: 'x 180 / π' },
  aliases: ['degrees'],
  params: [{ name: 'x', kind: 'tensor' }],
  samples: [{ operands: [{ shape: [3] }] }],
  body: (b, { x }) => b.multiply(b.promote([x as Operand], 'float')[0], 180 / Math.PI),
});
