// Tangent of an angle in radians.

import { elementwise } from '../families/elementwise.ts';

export const tan = elementwise({
  name: 'tan',
  doc: { text: 'Tangent of an angle in radians.', math: 'tan x' },
  operands: ['x'],
  accepts: 'float',
  eval: Math.tan,
  lower: (v, x) => v.use('tan', x),
  partials: [(b, _xs, y) => b.add(b.square(y), 1)],
  domain: [[-1.2, 1.2]],
  cost: 10,
});
