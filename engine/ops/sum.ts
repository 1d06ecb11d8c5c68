// Sum of elements.

import { pairwiseSum, reduction } from '../families/reduction.ts';

export const sum = reduction({
  name: 'sum',
  doc: {
    text: 'Sum over axes; bool and narrow integers add up in int64. Floats are added in pairs, in a fixed order.',
  },
  aliases: ['reduce_sum'],
  accepts: 'number',
  reduces: 'sum',
  eval: (xs) => pairwiseSum(xs),
  evalInteger: (xs) => xs.reduce((n, x) => n + x, 0n),
  linear: true,
  identity: (b, x) => b.zeros(x),
  chooseDtype: true,
  start: (b, y, initial) => b.add(y, initial),
});
