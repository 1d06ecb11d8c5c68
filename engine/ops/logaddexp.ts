// Logarithm of a sum of two exponentials.

import { elementwise } from '../families/elementwise.ts';
import { gapOf } from '../families/exponentials.ts';
import { logaddexp as logaddexpOf } from '../numeric/logistic.ts';

export const logaddexp = elementwise({
  name: 'logaddexp',
  doc: { text: 'Logarithm of the sum of two exponentials, without overflow.', math: 'ln(e^x + e^y)' },
  operands: ['x', 'y'],
  accepts: 'float',
  eval: logaddexpOf,
  lower: (v, x, y) => v.use('logaddexp', x, y),
  partials: [(b, [x, y]) => b.sigmoid(gapOf(b, x, y)), (b, [x, y]) => b.sigmoid(gapOf(b, y, x))],
  cost: 20,
});
