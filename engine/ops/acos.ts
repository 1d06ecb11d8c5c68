// Arc cosine.

import { elementwise } from '../families/elementwise.ts';

export const acos = elementwise({
  name: 'acos',
  doc: { text: 'The angle in [0, π] with that cosine; NaN outside [−1, 1].', math: 'arccos x' },
  aliases: ['arccos'],
  operands: ['x'],
  accepts: 'float',
  eval: Math.acos,
  lower: (v, x) => v.use('acos', x),
  partials: [(b, [x]) => b.negative(b.rsqrt(b.multiply(b.subtract(1, x), b.add(1, x))))],
  domain: [[-0.8, 0.8]],
  cost: 10,
});
