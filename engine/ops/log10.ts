// Logarithm to base 10.

import { elementwise } from '../families/elementwise.ts';

export const log10 = elementwise({
  name: 'log10',
  doc: { text: 'Logarithm to base 10; NaN below 0, and there its slope is NaN too.', math: 'log₁₀ x' },
  operands: ['x'],
  accepts: 'float',
  eval: Math.log10,
  lower: (v, x) => v.use('log10', x),
  partials: [(b, [x]) => b.where(b.less(x, 0), NaN, b.divide(Math.LOG10E, x))],
  domain: [[0.3, 4]],
  cost: 10,
});
