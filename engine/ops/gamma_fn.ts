// Gamma function.

import { elementwise } from '../families/elementwise.ts';
import { gamma as gammaOf } from '../numeric/gamma.ts';

export const gamma_fn = elementwise({
  name: 'gamma_fn',
  family: 'special',
  doc: { text: 'The gamma function: (x − 1)! for whole numbers; NaN at −1, −2, ….', math: 'Γ(x)' },
  aliases: ['gamma', 'tgamma'],
  operands: ['x'],
  accepts: 'float',
  eval: gammaOf,
  lower: (v, x) => v.use('gamma_fn', x),
  partials: [(b, [x], y) => b.multiply(y, b.digamma(x))],
  domain: [[0.5, 4]],
  points: [[-2.4, -1.5, -0.3]],
  cost: 40,
});
