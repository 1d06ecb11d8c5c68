// Whether some element is true.

import { reduction } from '../families/reduction.ts';

export const any = reduction({
  name: 'any',
  doc: { text: 'Whether any element is true (not zero); of nothing, false.', source: 'Array API 2024.12, any' },
  accepts: 'bool',
  reduces: 'any',
  result: 'bool',
  evalInteger: (xs) => (xs.some((x) => x !== 0n) ? 1n : 0n),
  identity: (b, x) => b.fill(x, false),
});
