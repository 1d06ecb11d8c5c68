// Rounding towards zero.

import { elementwise } from '../families/elementwise.ts';

export const trunc = elementwise({
  name: 'trunc',
  doc: { text: 'The integer part, in the dtype of x: rounding towards zero.' },
  aliases: ['fix'],
  operands: ['x'],
  accepts: 'number',
  eval: Math.trunc,
  evalInteger: (x) => x,
  lower: (v, x) => v.use('trunc', x),
  lowerInteger: (_v, x) => x,
  lowerBool: (_v, x) => x,
  differentiable: 'zero',
  laws: { settles: true },
});
