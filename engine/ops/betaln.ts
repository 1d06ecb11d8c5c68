// Logarithm of the beta function.

import { elementwise } from '../families/elementwise.ts';
import { betaln as betalnOf } from '../numeric/betaln.ts';

export const betaln = elementwise({
  name: 'betaln',
  family: 'special',
  doc: {
    text: 'Logarithm of the beta function, accurate where both operands are large.',
    math: 'ln Γ(x) + ln Γ(y) − ln Γ(x + y)',
  },
  aliases: ['lbeta'],
  operands: ['x', 'y'],
  accepts: 'float',
  eval: betalnOf,
  lower: (v, x, y) => v.use('betaln', x, y),
  partials: [
    (b, [x, y]) => b.subtract(b.digamma(x), b.digamma(b.add(x, y))),
    (b, [x, y]) => b.subtract(b.digamma(y), b.digamma(b.add(x, y))),
  ],
  domain: [
    [0.5, 4],
    [0.5, 4],
  ],
  points: [
    [12, 0.7, 30],
    [15, 20, 4],
  ],
  cost: 100,
});
