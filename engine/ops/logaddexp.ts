// Logarithm of a sum of two exponentials.

import { elementwise } from '../families/elementwise.ts';
import { gapOf, logAddExp } from '../families/exponentials.ts';

export const logaddexp = elementwise({
  name: 'logaddexp',
  doc: { text: 'Logarithm of the sum of two exponentials, without overflow.', math: 'ln(e^x + e^y)' },
  operands: ['x', 'y'],
  accepts: 'float',
  eval: logAddExp,
  partials: [(b, [x, y]) => b.sigmoid(gapOf(b, x, y)), (b, [x, y]) => b.sigmoid(gapOf(b, y, x))],
  cost: 20,
});
