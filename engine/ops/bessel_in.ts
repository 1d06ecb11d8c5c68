// Modified Bessel functions of order 2 and up: what the derivatives of i0 and i1 are made of.

import { elementwise } from '../families/elementwise.ts';
import { inu } from '../numeric/bessel.ts';

export const bessel_in = elementwise({
  name: 'bessel_in',
  family: 'special',
  doc: {
    text: 'Modified Bessel function of the first kind of whole order n ≥ 2.',
    math: 'Iₙ(x)',
    source: 'DLMF 10.29.1',
  },
  operands: ['x'],
  attributes: [{ name: 'n', kind: 'int', doc: 'The order.' }],
  accepts: 'float',
  evalWith:
    ({ n }) =>
    (x) =>
      inu(n as number, x),
  // The order that the slope of i1 needs.
  lowerWith: ({ n }) => (n === 2 ? (v, x) => v.use('i2', x) : undefined),
  // Iₙ′ = (Iₙ₋₁ + Iₙ₊₁) / 2
  partials: [
    (b, [x], _y, attrs) => {
      const n = attrs['n'] as number;
      return b.multiply(b.add(n === 2 ? b.i1(x) : b.bessel_in(x, { n: n - 1 }), b.bessel_in(x, { n: n + 1 })), 0.5);
    },
  ],
  sampleAttrs: { n: 2 },
  points: [[0, -2, 4]],
  internal: true,
  cost: 200,
});
