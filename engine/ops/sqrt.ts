// Square root.

import { elementwise } from '../families/elementwise.ts';

export const sqrt = elementwise({
  name: 'sqrt',
  doc: { text: 'Square root; infinite slope at 0, NaN below.', math: '√x' },
  operands: ['x'],
  accepts: 'float',
  eval: Math.sqrt,
  lower: (v, x) => v.sqrt(x),
  partials: [(b, _xs, y) => b.divide(0.5, y)],
  domain: [[0.3, 4]],
});
