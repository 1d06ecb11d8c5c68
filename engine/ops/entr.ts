// Entropy of one probability.

import { elementwise } from '../families/elementwise.ts';

export const entr = elementwise({
  name: 'entr',
  family: 'special',
  doc: { text: '−x ln x, with value 0 and infinite slope at 0; −∞ below.', math: '−x ln x' },
  operands: ['x'],
  accepts: 'float',
  eval: (x) => (x === 0 ? 0 : x < 0 ? -Infinity : -x * Math.log(x)),
  lower: (v, x) => v.use('entr', x),
  partials: [(b, [x]) => b.negative(b.add(b.log(x), 1))],
  domain: [[0.2, 3]],
  cost: 11,
});
