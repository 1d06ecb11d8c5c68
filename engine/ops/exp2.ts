// Power of two.

import { elementwise } from '../families/elementwise.ts';

export const exp2 = elementwise({
  name: 'exp2',
  doc: { text: 'Two to the power x.', math: '2^x' },
  operands: ['x'],
  accepts: 'float',
  eval: (x) => 2 ** x,
  lower: (v, x) => v.use('exp2', x),
  partials: [(b, _xs, y) => b.multiply(y, Math.LN2)],
  cost: 10,
});
