// Arc sine.

import { elementwise } from '../families/elementwise.ts';

export const asin = elementwise({
  name: 'asin',
  doc: { text: 'The angle in [−π/2, π/2] with that sine; NaN outside [−1, 1].', math: 'arcsin x' },
  aliases: ['arcsin'],
  operands: ['x'],
  accepts: 'float',
  eval: Math.asin,
  lower: (v, x) => v.use('asin', x),
  // (1 − x)(1 + x) keeps what 1 − x² loses near ±1.
  partials: [(b, [x]) => b.rsqrt(b.multiply(b.subtract(1, x), b.add(1, x)))],
  domain: [[-0.8, 0.8]],
  cost: 10,
});
