// Largest element.

import { extremumJvp, lowest, reduction } from '../families/reduction.ts';

export const max = reduction({
  name: 'max',
  doc: {
    text: 'Largest element over axes; NaN if any is NaN. Ties share the gradient evenly, the subgradient of least norm.',
  },
  aliases: ['amax', 'reduce_max'],
  accepts: 'keep',
  reduces: 'max',
  emptyIsError: true,
  eval: (xs) => xs.reduce((m, x) => (x > m || Number.isNaN(x) ? x : m), -Infinity),
  evalInteger: (xs) => xs.reduce((m, x) => (x > m ? x : m)),
  jvp: extremumJvp,
  identity: (b, x) => b.fill(x, lowest(x.dtype)),
  start: (b, y, initial) => b.maximum(y, initial),
});
