// Test for infinities.

import { elementwise } from '../families/elementwise.ts';

export const isinf = elementwise({
  name: 'isinf',
  doc: { text: 'Whether elements are ∞ or −∞.' },
  operands: ['x'],
  accepts: 'number',
  result: 'bool',
  eval: (x) => Math.abs(x) === Infinity,
  evalInteger: () => false,
  lower: (v, x) => v.eq(v.abs(x), v.const(Infinity)),
  lowerInteger: (v, x) => v.ne(x, x),
  lowerBool: (v, x) => v.xor(x, x),
});
