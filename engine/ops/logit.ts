// Log odds.

import { elementwise } from '../families/elementwise.ts';

export const logit = elementwise({
  name: 'logit',
  family: 'special',
  doc: {
    text:
      'Logarithm of the odds of a probability, the inverse of the logistic function; infinite at 0 and 1, NaN outside. ' +
      'With eps, x is kept eps away from 0 and 1.',
    math: 'ln(x / (1 − x))',
  },
  operands: ['x'],
  options: [{ name: 'eps', kind: 'float', default: null, keyword: true }],
  accepts: 'float',
  // Near 1/2 the difference of logarithms would lose what 2x − 1 has exactly.
  eval: (x) => (x > 0.25 && x < 0.75 ? 2 * Math.atanh(2 * x - 1) : Math.log(x) - Math.log1p(-x)),
  lower: (v, x) => v.use('logit', x),
  partials: [
    (b, [x]) => {
      const variance = b.multiply(x, b.subtract(1, x));
      return b.where(b.less(variance, 0), NaN, b.reciprocal(variance));
    },
  ],
  domain: [[0.1, 0.9]],
  cost: 20,
  before(b, [x], { eps }) {
    if (eps === null) return null;
    return b.logit(b.clip(b.promote([x], 'float')[0], eps as number, 1 - (eps as number)));
  },
});
