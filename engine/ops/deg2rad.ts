// Degrees to radians.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const deg2rad = composite({
  name: 'deg2rad',
  family: 'elementwise',
  doc: { text: 'Angles in radians from degrees.', math: 'x π / 180' },
  aliases: ['radians'],
  params: [{ name: 'x', kind: 'tensor' }],
  samples: [{ operands: [{ shape: [3], range: [-180, 180] }] }],
  body: (b, { x }) => b.multiply(b.promote([x as Operand], 'float')[0], Math.PI / 180),
});
