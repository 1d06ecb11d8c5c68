// Inverse error function.

import { elementwise } from '../families/elementwise.ts';
import { erfinv as erfinvOf } from '../numeric/erfinv.ts';

export const erfinv = elementwise({
  name: 'erfinv',
  family: 'special',
  doc: { text: 'Inverse of the error function on [−1, 1], infinite at the ends, NaN outside.', math: 'erf⁻¹(x)' },
  aliases: ['erf_inv'],
  operands: ['x'],
  accepts: 'float',
  eval: erfinvOf,
  lower: (v, x) => v.use('erfinv', x),
  partials: [(b, _xs, y) => b.multiply(b.exp(b.square(y)), Math.sqrt(Math.PI) / 2)],
  domain: [[-0.8, 0.8]],
  cost: 25,
});
