// Running product, as the Array API has it.

import { cumulative } from '../families/cumulative.ts';

export const cumulative_prod = cumulative({
  name: 'cumulative_prod',
  doc: {
    text: 'Running product along an axis, which only a vector may leave out; with include_initial it starts at 1.',
    source: 'Array API 2024.12, cumulative_prod',
  },
  scan: (b, x, attrs) => b.cumprod(x, attrs),
  numpy: 'cumprod',
  initial: 1,
});
