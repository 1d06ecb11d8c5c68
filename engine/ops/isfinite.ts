// Test for finite numbers.

import { elementwise } from '../families/elementwise.ts';

export const isfinite = elementwise({
  name: 'isfinite',
  doc: { text: 'Whether elements are neither infinite nor NaN.' },
  aliases: ['is_finite'],
  operands: ['x'],
  accepts: 'number',
  result: 'bool',
  eval: Number.isFinite,
  evalInteger: () => true,
  lower: (v, x) => v.lt(v.abs(x), v.const(Infinity)),
  lowerInteger: (v, x) => v.eq(x, x),
  lowerBool: (v, x) => v.not(v.xor(x, x)),
});
