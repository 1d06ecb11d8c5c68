// Running sum, as the Array API has it.

import { cumulative } from '../families/cumulative.ts';

export const cumulative_sum = cumulative({
  name: 'cumulative_sum',
  doc: {
    text: 'Running sum along an axis, which only a vector may leave out; with include_initial it starts at 0.',
    source: 'Array API 2024.12, cumulative_sum',
  },
  scan: (b, x, attrs) => b.cumsum(x, attrs),
  numpy: 'cumsum',
  initial: 0,
});
