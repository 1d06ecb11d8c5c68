// Inverse hyperbolic tangent.

import { elementwise } from '../families/elementwise.ts';

export const atanh = elementwise({
  name: 'atanh',
  doc: {
    text: 'Inverse hyperbolic tangent; infinite at ±1, NaN outside, and there its slope is NaN too.',
    math: 'ln((1 + x) / (1 − x)) / 2',
  },
  aliases: ['arctanh'],
  operands: ['x'],
  accepts: 'float',
  eval: Math.atanh,
  lower: (v, x) => v.use('atanh', x),
  partials: [(b, [x]) => b.where(b.greater(b.abs(x), 1), NaN, b.reciprocal(b.multiply(b.subtract(1, x), b.add(1, x))))],
  domain: [[-0.8, 0.8]],
  cost: 10,
});
