// Logarithm to base 2.

import { elementwise } from '../families/elementwise.ts';

export const log2 = elementwise({
  name: 'log2',
  doc: { text: 'Logarithm to base 2; NaN below 0, and there its slope is NaN too.', math: 'log₂ x' },
  operands: ['x'],
  accepts: 'float',
  eval: Math.log2,
  lower: (v, x) => v.use('log2', x),
  partials: [(b, [x]) => b.where(b.less(x, 0), NaN, b.divide(Math.LOG2E, x))],
  domain: [[0.3, 4]],
  cost: 10,
});
