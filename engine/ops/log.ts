// Natural logarithm.

import { elementwise } from '../families/elementwise.ts';

export const log = elementwise({
  name: 'log',
  doc: { text: 'Natural logarithm; NaN below 0, and there its slope is NaN too.', math: 'ln x' },
  operands: ['x'],
  accepts: 'float',
  eval: Math.log,
  lower: (v, x) => v.use('log', x),
  partials: [(b, [x]) => b.where(b.less(x, 0), NaN, b.divide(1, x))],
  domain: [[0.3, 4]],
  cost: 10,
});
