// Modified Bessel function of order 0, scaled.

import { elementwise } from '../families/elementwise.ts';
import { i0e as i0eOf } from '../numeric/bessel.ts';

export const i0e = elementwise({
  name: 'i0e',
  family: 'special',
  doc: {
    text: 'Modified Bessel function of the first kind of order 0, without its exponential growth.',
    math: 'e^−|x| I₀(x)',
  },
  operands: ['x'],
  accepts: 'float',
  eval: i0eOf,
  lower: (v, x) => v.use('i0e', x),
  partials: [(b, [x], y) => b.subtract(b.i1e(x), b.multiply(b.sign(x), y))],
  domain: [[0.2, 3]],
  points: [[-2, -0.5, 4]],
  cost: 40,
});
