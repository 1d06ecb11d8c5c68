// Inverse hyperbolic sine.

import { elementwise } from '../families/elementwise.ts';

export const asinh = elementwise({
  name: 'asinh',
  doc: { text: 'Inverse hyperbolic sine.', math: 'ln(x + √(x² + 1))' },
  aliases: ['arcsinh'],
  operands: ['x'],
  accepts: 'float',
  eval: Math.asinh,
  lower: (v, x) => v.use('asinh', x),
  partials: [(b, [x]) => b.rsqrt(b.add(b.square(x), 1))],
  cost: 10,
});
