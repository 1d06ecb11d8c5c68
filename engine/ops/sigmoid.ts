// Logistic function.

import { elementwise } from '../families/elementwise.ts';
import { sigmoid as sigmoidOf } from '../numeric/logistic.ts';

export const sigmoid = elementwise({
  name: 'sigmoid',
  family: 'activation',
  doc: { text: 'The logistic function, from 0 to 1.', math: '1 / (1 + e^−x)' },
  aliases: ['expit', 'logistic'],
  operands: ['x'],
  accepts: 'float',
  eval: sigmoidOf,
  lower: (v, x) => v.use('sigmoid', x),
  // Not y (1 − y), which is 0 where y rounds to 1.
  partials: [(b, [x], y) => b.multiply(y, b.sigmoid(b.negative(x)))],
  cost: 12,
});
