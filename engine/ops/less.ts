// Comparison: x < y.

import { elementwise } from '../families/elementwise.ts';

export const less = elementwise({
  name: 'less',
  doc: { text: 'Whether x is less, element by element.', math: 'x < y' },
  aliases: ['lt'],
  operands: ['x', 'y'],
  accepts: 'number',
  result: 'bool',
  eval: (x, y) => x < y,
  evalInteger: (x, y) => x < y,
  lower: (v, x, y) => v.lt(x, y),
  lowerInteger: (v, x, y) => v.lt(x, y),
  lowerBool: (v, x, y) => v.andnot(y, x),
});
