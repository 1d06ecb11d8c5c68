// Logarithm of one plus x.

import { elementwise } from '../families/elementwise.ts';

export const log1p = elementwise({
  name: 'log1p',
  doc: {
    text: 'Natural logarithm of 1 + x, accurate near 0; NaN below −1, and there its slope is NaN too.',
    math: 'ln(1 + x)',
  },
  operands: ['x'],
  accepts: 'float',
  eval: Math.log1p,
  lower: (v, x) => v.use('log1p', x),
  partials: [(b, [x]) => b.where(b.less(x, -1), NaN, b.reciprocal(b.add(x, 1)))],
  domain: [[-0.7, 3]],
  cost: 10,
});
