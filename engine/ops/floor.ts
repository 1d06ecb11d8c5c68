// Rounding down.

import { elementwise } from '../families/elementwise.ts';

export const floor = elementwise({
  name: 'floor',
  doc: { text: 'The largest integer not above, in the dtype of x.', math: '⌊x⌋' },
  operands: ['x'],
  accepts: 'number',
  eval: Math.floor,
  evalInteger: (x) => x,
  lower: (v, x) => v.use('floor', x),
  lowerInteger: (_v, x) => x,
  lowerBool: (_v, x) => x,
  differentiable: 'zero',
  laws: { settles: true },
});
