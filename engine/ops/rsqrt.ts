// Reciprocal square root.

import { elementwise } from '../families/elementwise.ts';

export const rsqrt = elementwise({
  name: 'rsqrt',
  doc: { text: 'One over the square root.', math: '1 / √x' },
  operands: ['x'],
  accepts: 'float',
  eval: (x) => 1 / Math.sqrt(x),
  lower: (v, x) => v.div(v.const(1), v.sqrt(x)),
  // −y³ / 2, which no division delays.
  partials: [(b, _xs, y) => b.multiply(b.multiply(y, -0.5), b.square(y))],
  domain: [[0.3, 4]],
  cost: 2,
});
