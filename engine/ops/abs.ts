// Absolute value.

import { elementwise } from '../families/elementwise.ts';

export const abs = elementwise({
  name: 'abs',
  doc: { text: 'Absolute value; its slope at 0 is 0, the subgradient of least norm.', math: '|x|' },
  aliases: ['absolute', 'fabs'],
  operands: ['x'],
  accepts: 'number',
  eval: Math.abs,
  evalInteger: (x) => (x < 0n ? -x : x),
  lower: (v, x) => v.abs(x),
  lowerInteger: (v, x) => v.abs(x),
  lowerBool: (_v, x) => x,
  partials: [(b, [x]) => b.sign(x)],
  domain: [[0.2, 3]],
  points: [[-2.5, -0.5, 0.7]],
  laws: { settles: true, even: true },
});
