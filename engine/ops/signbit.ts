// Test of the sign bit.

import { elementwise } from '../families/elementwise.ts';

export const signbit = elementwise({
  name: 'signbit',
  doc: { text: 'Whether the number has a minus sign; −0 has one.' },
  operands: ['x'],
  accepts: 'number',
  result: 'bool',
  eval: (x) => x < 0 || Object.is(x, -0),
  evalInteger: (x) => x < 0n,
  lower: (v, x) => v.use('signbit', x),
  lowerInteger: (v, x) => v.lt(x, v.const(0)),
  lowerBool: (v, x) => v.xor(x, x),
});
