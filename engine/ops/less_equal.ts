// Comparison: x ≤ y.

import { elementwise } from '../families/elementwise.ts';

export const less_equal = elementwise({
  name: 'less_equal',
  doc: { text: 'Whether x is less or equal, element by element.', math: 'x ≤ y' },
  aliases: ['le'],
  operands: ['x', 'y'],
  accepts: 'number',
  result: 'bool',
  eval: (x, y) => x <= y,
  evalInteger: (x, y) => x <= y,
  lower: (v, x, y) => v.le(x, y),
  lowerInteger: (v, x, y) => v.le(x, y),
  lowerBool: (v, x, y) => v.or(v.not(x), y),
});
