// Hyperbolic tangent.

import { elementwise } from '../families/elementwise.ts';
import { tanh as tanhOf } from '../numeric/elementary.ts';

export const tanh = elementwise({
  name: 'tanh',
  doc: { text: 'Hyperbolic tangent.', math: '(e^x − e^−x) / (e^x + e^−x)' },
  operands: ['x'],
  accepts: 'float',
  eval: tanhOf,
  lower: (v, x) => v.use('tanh', x),
  partials: [(b, _xs, y) => b.subtract(1, b.multiply(y, y))],
  domain: [[-3, 3]],
  cost: 10,
});
