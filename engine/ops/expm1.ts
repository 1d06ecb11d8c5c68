// Exponential less one.

import { elementwise } from '../families/elementwise.ts';

export const expm1 = elementwise({
  name: 'expm1',
  doc: { text: 'Exponential less one, accurate near 0.', math: 'e^x − 1' },
  operands: ['x'],
  accepts: 'float',
  eval: Math.expm1,
  lower: (v, x) => v.use('expm1', x),
  // Not y + 1, which loses e^x where it is small.
  partials: [(b, [x]) => b.exp(x)],
  cost: 10,
});
