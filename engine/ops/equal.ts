// Comparison: x = y.

import { elementwise } from '../families/elementwise.ts';

export const equal = elementwise({
  name: 'equal',
  doc: { text: 'Whether elements are equal; NaN equals nothing.', math: 'x = y' },
  aliases: ['eq'],
  operands: ['x', 'y'],
  accepts: 'number',
  result: 'bool',
  eval: (x, y) => x === y,
  evalInteger: (x, y) => x === y,
  lower: (v, x, y) => v.eq(x, y),
  lowerInteger: (v, x, y) => v.eq(x, y),
  lowerBool: (v, x, y) => v.not(v.xor(x, y)),
});
