// Soft sign.

import { elementwise } from '../families/elementwise.ts';

export const soft_sign = elementwise({
  name: 'soft_sign',
  family: 'activation',
  doc: { text: 'A sign that bends through 0 and levels off slowly.', math: 'x / (1 + |x|)' },
  aliases: ['softsign'],
  operands: ['x'],
  accepts: 'float',
  eval: (x) => (Math.abs(x) === Infinity ? Math.sign(x) : x / (1 + Math.abs(x))),
  lower: (v, x) => v.use('soft_sign', x),
  partials: [(b, [x]) => b.reciprocal(b.square(b.add(b.abs(x), 1)))],
  domain: [[0.2, 3]],
  points: [[-2, -0.5, 0.7]],
  cost: 3,
});
