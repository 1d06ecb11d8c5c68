// Unit step.

import { elementwise } from '../families/elementwise.ts';

export const heaviside = elementwise({
  name: 'heaviside',
  doc: { text: '0 below 0, 1 above, and y at 0; its derivative is zero by convention.' },
  operands: ['x', 'y'],
  accepts: 'float',
  eval: (x, y) => (x < 0 ? 0 : x > 0 ? 1 : x === 0 ? y : NaN),
  lower: (v, x, y) => v.use('heaviside', x, y),
  differentiable: 'zero',
});
