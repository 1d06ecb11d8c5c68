// Quantiles of the standard normal.

import { elementwise } from '../families/elementwise.ts';
import { ndtri as ndtriOf } from '../numeric/normal.ts';

export const ndtri = elementwise({
  name: 'ndtri',
  family: 'special',
  doc: {
    text: 'The value that a standard normal variable is below with probability x; infinite at 0 and 1, NaN outside.',
    math: 'Φ⁻¹(x)',
  },
  operands: ['x'],
  accepts: 'float',
  eval: ndtriOf,
  lower: (v, x) => v.use('ndtri', x),
  partials: [(b, _xs, y) => b.multiply(b.exp(b.multiply(b.square(y), 0.5)), Math.sqrt(2 * Math.PI))],
  domain: [[0.1, 0.9]],
  cost: 25,
});
