// Arc tangent.

import { elementwise } from '../families/elementwise.ts';

export const atan = elementwise({
  name: 'atan',
  doc: { text: 'The angle in (−π/2, π/2) with that tangent.', math: 'arctan x' },
  aliases: ['arctan'],
  operands: ['x'],
  accepts: 'float',
  eval: Math.atan,
  lower: (v, x) => v.use('atan', x),
  partials: [(b, [x]) => b.reciprocal(b.add(b.square(x), 1))],
  cost: 10,
});
