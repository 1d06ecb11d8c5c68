// Smallest element.

import { extremumJvp, highest, reduction } from '../families/reduction.ts';

export const min = reduction({
  name: 'min',
  doc: {
    text: 'Smallest element over axes; NaN if any is NaN. Ties share the gradient evenly, the subgradient of least norm.',
  },
  aliases: ['amin', 'reduce_min'],
  accepts: 'keep',
  reduces: 'min',
  emptyIsError: true,
  eval: (xs) => xs.reduce((m, x) => (x < m || Number.isNaN(x) ? x : m), Infinity),
  evalInteger: (xs) => xs.reduce((m, x) => (x < m ? x : m)),
  jvp: extremumJvp,
  identity: (b, x) => b.fill(x, highest(x.dtype)),
  start: (b, y, initial) => b.minimum(y, initial),
});
