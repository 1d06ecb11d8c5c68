// Test for NaN.

import { elementwise } from '../families/elementwise.ts';

export const isnan = elementwise({
  name: 'isnan',
  doc: { text: 'Whether elements are NaN.' },
  operands: ['x'],
  accepts: 'number',
  result: 'bool',
  eval: Number.isNaN,
  evalInteger: () => false,
  lower: (v, x) => v.ne(x, x),
  lowerInteger: (v, x) => v.ne(x, x),
  lowerBool: (v, x) => v.xor(x, x),
});
