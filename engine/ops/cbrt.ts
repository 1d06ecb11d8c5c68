// Cube root.

import { elementwise } from '../families/elementwise.ts';

export const cbrt = elementwise({
  name: 'cbrt',
  doc: { text: 'Cube root, of negative numbers too; infinite slope at 0.', math: '∛x' },
  operands: ['x'],
  accepts: 'float',
  eval: Math.cbrt,
  lower: (v, x) => v.use('cbrt', x),
  partials: [(b, _xs, y) => b.reciprocal(b.multiply(b.square(y), 3))],
  domain: [[0.3, 4]],
  points: [[-8, -0.5, 2]],
  cost: 10,
});
