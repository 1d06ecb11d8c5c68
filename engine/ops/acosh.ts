// Inverse hyperbolic cosine.

import { elementwise } from '../families/elementwise.ts';

export const acosh = elementwise({
  name: 'acosh',
  doc: { text: 'Inverse hyperbolic cosine, from 0 on; NaN below 1.', math: 'ln(x + √(x² − 1))' },
  aliases: ['arccosh'],
  operands: ['x'],
  accepts: 'float',
  eval: Math.acosh,
  lower: (v, x) => v.use('acosh', x),
  // Two roots, so that x below −1 gives NaN as the value does.
  partials: [(b, [x]) => b.multiply(b.rsqrt(b.subtract(x, 1)), b.rsqrt(b.add(x, 1)))],
  domain: [[1.3, 4]],
  cost: 10,
});
