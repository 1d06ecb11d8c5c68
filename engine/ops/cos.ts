// Cosine of an angle in radians.

import { elementwise } from '../families/elementwise.ts';

export const cos = elementwise({
  name: 'cos',
  doc: { text: 'Cosine of an angle in radians.', math: 'cos x' },
  operands: ['x'],
  accepts: 'float',
  eval: Math.cos,
  lower: (v, x) => v.use('cos', x),
  partials: [(b, [x]) => b.negative(b.sin(x))],
  domain: [[-3, 3]],
  cost: 10,
  laws: { even: true },
});
