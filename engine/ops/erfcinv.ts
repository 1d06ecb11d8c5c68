// Inverse complementary error function.

import { elementwise } from '../families/elementwise.ts';
import { erfcinv as erfcinvOf } from '../numeric/erfinv.ts';

export const erfcinv = elementwise({
  name: 'erfcinv',
  family: 'special',
  doc: {
    text: 'Inverse of the complementary error function on [0, 2], infinite at the ends, NaN outside.',
    math: 'erfc⁻¹(x)',
  },
  operands: ['x'],
  accepts: 'float',
  eval: erfcinvOf,
  lower: (v, x) => v.use('erfcinv', x),
  partials: [(b, _xs, y) => b.multiply(b.exp(b.square(y)), -Math.sqrt(Math.PI) / 2)],
  domain: [[0.2, 1.8]],
  cost: 25,
});
