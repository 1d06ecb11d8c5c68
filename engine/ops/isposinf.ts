// Test for ∞.

import { elementwise } from '../families/elementwise.ts';

export const isposinf = elementwise({
  name: 'isposinf',
  doc: { text: 'Whether elements are ∞.' },
  operands: ['x'],
  accepts: 'number',
  result: 'bool',
  eval: (x) => x === Infinity,
  evalInteger: () => false,
  lower: (v, x) => v.eq(x, v.const(Infinity)),
  lowerInteger: (v, x) => v.ne(x, x),
  lowerBool: (v, x) => v.xor(x, x),
});
