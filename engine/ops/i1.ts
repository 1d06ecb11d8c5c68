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
  lower: (v, x) => v.use('i1', x),
  // I₁′ = (I₀ + I₂) / 2, right to any order at 0 too
  partials: [(b, [x]) => b.multiply(b.add(b.i0(x), b.bessel_in(x, { n: 2 })), 0.5)],
  points: [[0, -2, 4]],
  cost: 40,
});
