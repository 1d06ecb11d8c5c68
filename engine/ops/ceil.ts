// Rounding up.

import { elementwise } from '../families/elementwise.ts';

export const ceil = elementwise({
  name: 'ceil',
  doc: { text: 'The smallest integer not below, in the dtype of x.', math: '⌈x⌉' },
  operands: ['x'],
  accepts: 'number',
  eval: Math.ceil,
  evalInteger: (x) => x,
  lower: (v, x) => v.use('ceil', x),
  lowerInteger: (_v, x) => x,
  lowerBool: (_v, x) => x,
  differentiable: 'zero',
  laws: { settles: true },
});
