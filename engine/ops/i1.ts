// Modified Bessel function of order 1.

import { elementwise } from '../families/elementwise.ts';
import { i1 as i1Of } from '../numeric/bessel.ts';

export const i1 = elementwise({
  name: 'i1',
  family: 'special',
  doc: { text: 'Modified Bessel function of the first kind of order 1.', math: 'I₁(x)' },
  operands: ['x'],
  accepts: 'float',
  eval: i1Of,
  // I₀ − I₁ / x, whose limit at 0 is 1/2; where both overflow, their difference does too.
  partials: [
    (b, [x], y) => {
      const inside = b.where(b.equal(x, 0), 0.5, b.subtract(b.i0(x), b.divide(y, x)));
      return b.where(b.isinf(y), Infinity, inside);
    },
  ],
  domain: [[0.2, 3]],
  points: [[-2, -0.5, 4]],
  cost: 40,
});
