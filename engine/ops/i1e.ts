// Modified Bessel function of order 1, scaled.

import { elementwise } from '../families/elementwise.ts';
import { i1e as i1eOf } from '../numeric/bessel.ts';

export const i1e = elementwise({
  name: 'i1e',
  family: 'special',
  doc: {
    text: 'Modified Bessel function of the first kind of order 1, without its exponential growth.',
    math: 'e^−|x| I₁(x)',
  },
  operands: ['x'],
  accepts: 'float',
  eval: i1eOf,
  lower: (v, x) => v.use('i1e', x),
  // (I₀ + I₂) / 2 as in i1, less sign(x) of the value.
  partials: [
    (b, [x], y) => b.subtract(b.multiply(b.add(b.i0e(x), b.bessel_ine(x, { n: 2 })), 0.5), b.multiply(b.sign(x), y)),
  ],
  domain: [[0.2, 3]],
  points: [[-2, -0.5, 4]],
  cost: 40,
});
