// Whether every element is true.

import { reduction } from '../families/reduction.ts';

export const all = reduction({
  name: 'all',
  doc: { text: 'Whether all elements are true (not zero); of nothing, true.', source: 'Array API 2024.12, all' },
  accepts: 'bool',
  reduces: 'all',
  result: 'bool',
  evalInteger: (xs) => (xs.every((x) => x !== 0n) ? 1n : 0n),
  identity: (b, x) => b.fill(x, true),
});
