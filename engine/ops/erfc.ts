// Complementary error function.

import { elementwise } from '../families/elementwise.ts';
import { erfc as erfcOf } from '../numeric/erf.ts';

export const erfc = elementwise({
  name: 'erfc',
  family: 'special',
  doc: { text: 'One less the error function, accurate where that is small.', math: '1 − erf(x)' },
  operands: ['x'],
  accepts: 'float',
  eval: erfcOf,
  lower: (v, x) => v.use('erfc', x),
  partials: [(b, [x]) => b.multiply(b.exp(b.negative(b.square(x))), -2 / Math.sqrt(Math.PI))],
  cost: 20,
});
