// Logarithm of the gamma function.

import { elementwise } from '../families/elementwise.ts';
import { lgamma as lgammaOf } from '../numeric/gamma.ts';

export const lgamma = elementwise({
  name: 'lgamma',
  family: 'special',
  doc: {
    text: 'Logarithm of the absolute value of the gamma function; ∞ at 0, −1, −2, …, where its slope is NaN.',
    math: 'ln |Γ(x)|',
  },
  aliases: ['gammaln', 'loggamma'],
  operands: ['x'],
  accepts: 'float',
  eval: lgammaOf,
  lower: (v, x) => v.use('lgamma', x),
  partials: [(b, [x]) => b.digamma(x)],
  domain: [[0.3, 4]],
  points: [[-2.4, -1.5, -0.3]],
  cost: 40,
});
