// Comparison: x ≠ y.

import { elementwise } from '../families/elementwise.ts';

export const not_equal = elementwise({
  name: 'not_equal',
  doc: { text: 'Whether elements differ; NaN differs from everything.', math: 'x ≠ y' },
  aliases: ['ne'],
  operands: ['x', 'y'],
  accepts: 'number',
  result: 'bool',
  eval: (x, y) => x !== y,
  evalInteger: (x, y) => x !== y,
  lower: (v, x, y) => v.ne(x, y),
  lowerInteger: (v, x, y) => v.ne(x, y),
  lowerBool: (v, x, y) => v.xor(x, y),
});
