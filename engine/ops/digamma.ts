// Digamma function.

import { elementwise } from '../families/elementwise.ts';
import { digamma as digammaOf } from '../numeric/polygamma.ts';

export const digamma = elementwise({
  name: 'digamma',
  family: 'special',
  doc: {
    text: 'The derivative of the logarithm of the gamma function; NaN at 0, −1, −2, …, and there its slope is NaN too.',
    math: 'Γ′(x) / Γ(x)',
  },
  aliases: ['psi'],
  operands: ['x'],
  accepts: 'float',
  eval: digammaOf,
  lower: (v, x) => v.use('digamma', x),
  partials: [(b, [x], y) => b.where(b.isnan(y), NaN, b.polygamma(x, { n: 1 }))],
  domain: [[0.3, 4]],
  points: [[-2.4, -1.5, -0.3]],
  cost: 40,
});
