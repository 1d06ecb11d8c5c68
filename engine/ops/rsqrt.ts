// Reciprocal square root.

import { elementwise } from '../families/elementwise.ts';

export const rsqrt = elementwise({
  name: 'rsqrt',
  doc: { text: 'One over the square root.', math: '1 / √x' },
  operands: ['x'],
  accepts: 'float',
  eval: (x) => 1 / Math.sqrt(x),
  lower: (v, x) => v.div(v.const(1), v.sqrt(x)),
  partials: [(b, [x], y) => b.divide(b.multiply(y, -0.5), x)],
  domain: [[0.3, 4]],
  cost: 2,
});
