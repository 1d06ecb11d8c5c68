// Exponential.

import { elementwise } from '../families/elementwise.ts';

export const exp = elementwise({
  name: 'exp',
  doc: { text: 'Exponential.', math: 'e^x' },
  operands: ['x'],
  accepts: 'float',
  eval: Math.exp,
  lower: (v, x) => v.use('exp', x),
  partials: [(_b, _xs, y) => y],
  domain: [[-3, 3]],
  cost: 10,
});
