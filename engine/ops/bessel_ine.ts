// Modified Bessel functions of order 2 and up, scaled: what the derivatives of i0e and i1e are made of.

import { elementwise } from '../families/elementwise.ts';
import { ine } from '../numeric/bessel.ts';

export const bessel_ine = elementwise({
  name: 'bessel_ine',
  family: 'special',
  doc: {
    text: 'Modified Bessel function of the first kind of whole order n ≥ 2, without its exponential growth.',
    math: 'e^−|x| Iₙ(x)',
  },
  operands: ['x'],
  attributes: [{ name: 'n', kind: 'int', doc: 'The order.' }],
  accepts: 'float',
  evalWith:
    ({ n }) =>
    (x) =>
      ine(n as number, x),
  // The order that the slope of i1e needs.
  lowerWith: ({ n }) => (n === 2 ? (v, x) => v.use('i2e', x) : undefined),
  // As Iₙ′ = (Iₙ₋₁ + Iₙ₊₁) / 2, less sign(x) of the value.
  partials: [
    (b, [x], y, attrs) => {
      const n = attrs['n'] as number;
      const below = n === 2 ? b.i1e(x) : b.bessel_ine(x, { n: n - 1 });
      return b.subtract(b.multiply(b.add(below, b.bessel_ine(x, { n: n + 1 })), 0.5), b.multiply(b.sign(x), y));
    },
  ],
  sampleAttrs: { n: 2 },
  domain: [[0.2, 3]],
  points: [[-2, -0.5, 4]],
  internal: true,
  cost: 200,
});
