// Reciprocal.

import { elementwise } from '../families/elementwise.ts';

export const reciprocal = elementwise({
  name: 'reciprocal',
  doc: { text: 'One over x; at 0 it is infinite and so is its slope.', math: '1 / x' },
  operands: ['x'],
  accepts: 'float',
  eval: (x) => 1 / x,
  lower: (v, x) => v.div(v.const(1), x),
  partials: [(b, _xs, y) => b.negative(b.square(y))],
  domain: [[0.5, 3]],
  points: [[-2, -0.7, 1.5]],
});
