// Comparison: x ≥ y.

import { elementwise } from '../families/elementwise.ts';

export const greater_equal = elementwise({
  name: 'greater_equal',
  doc: { text: 'Whether x is greater or equal, element by element.', math: 'x ≥ y' },
  aliases: ['ge'],
  operands: ['x', 'y'],
  accepts: 'number',
  result: 'bool',
  eval: (x, y) => x >= y,
  evalInteger: (x, y) => x >= y,
  lower: (v, x, y) => v.ge(x, y),
  lowerInteger: (v, x, y) => v.ge(x, y),
  lowerBool: (v, x, y) => v.or(x, v.not(y)),
});
