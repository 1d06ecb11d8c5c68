// Logarithm of the distribution function of the standard normal.

import { elementwise } from '../families/elementwise.ts';
import { logNdtr } from '../numeric/normal.ts';

export const log_ndtr = elementwise({
  name: 'log_ndtr',
  family: 'special',
  doc: {
    text: 'Logarithm of the probability that a standard normal variable is at most x, accurate however small that is.',
    math: 'ln Φ(x)',
  },
  operands: ['x'],
  accepts: 'float',
  eval: logNdtr,
  lower: (v, x) => v.use('log_ndtr', x),
  // φ(x) / Φ(x), which is √(2/π) / erfcx(−x / √2): no exponential that vanishes.
  partials: [(b, [x]) => b.divide(Math.sqrt(2 / Math.PI), b.erfcx(b.multiply(x, -Math.SQRT1_2)))],
  cost: 30,
});
