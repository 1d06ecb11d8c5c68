// Sine of an angle in radians.

import { elementwise } from '../families/elementwise.ts';

export const sin = elementwise({
  name: 'sin',
  doc: { text: 'Sine of an angle in radians.', math: 'sin x' },
  operands: ['x'],
  accepts: 'float',
  eval: Math.sin,
  lower: (v, x) => v.use('sin', x),
  partials: [(b, [x]) => b.cos(x)],
  domain: [[-3, 3]],
  cost: 10,
});
