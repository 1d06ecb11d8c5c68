// Comparison: x > y.

import { elementwise } from '../families/elementwise.ts';

export const greater = elementwise({
  name: 'greater',
  doc: { text: 'Whether x is greater, element by element.', math: 'x > y' },
  aliases: ['gt'],
  operands: ['x', 'y'],
  accepts: 'number',
  result: 'bool',
  eval: (x, y) => x > y,
  evalInteger: (x, y) => x > y,
  lower: (v, x, y) => v.gt(x, y),
  lowerInteger: (v, x, y) => v.gt(x, y),
  lowerBool: (v, x, y) => v.andnot(x, y),
});
