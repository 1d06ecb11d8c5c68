// Logarithm to base 2 of a sum of two powers of two.

import { elementwise } from '../families/elementwise.ts';
import { gapOf } from '../families/exponentials.ts';
import { logaddexp2 as logaddexp2Of } from '../numeric/logistic.ts';

export const logaddexp2 = elementwise({
  name: 'logaddexp2',
  doc: { text: 'Logarithm to base 2 of the sum of two powers of two, without overflow.', math: 'log₂(2^x + 2^y)' },
  operands: ['x', 'y'],
  accepts: 'float',
  eval: logaddexp2Of,
  lower: (v, x, y) => v.use('logaddexp2', x, y),
  partials: [
    (b, [x, y]) => b.sigmoid(b.multiply(gapOf(b, x, y), Math.LN2)),
    (b, [x, y]) => b.sigmoid(b.multiply(gapOf(b, y, x), Math.LN2)),
  ],
  cost: 20,
});
