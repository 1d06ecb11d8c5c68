// Distribution function of the standard normal.

import { elementwise } from '../families/elementwise.ts';
import { ndtr as ndtrOf } from '../numeric/normal.ts';

export const ndtr = elementwise({
  name: 'ndtr',
  family: 'special',
  doc: {
    text: 'The probability that a standard normal variable is at most x, accurate in both tails.',
    math: '(1 + erf(x / √2)) / 2',
  },
  operands: ['x'],
  accepts: 'float',
  eval: ndtrOf,
  lower: (v, x) => v.use('ndtr', x),
  partials: [(b, [x]) => b.multiply(b.exp(b.multiply(b.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI))],
  cost: 20,
});
