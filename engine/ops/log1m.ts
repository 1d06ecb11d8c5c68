// Logarithm of one less x.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const log1m = composite({
  name: 'log1m',
  family: 'special',
  doc: { text: 'Natural logarithm of 1 − x, accurate near 0.', math: 'ln(1 − x)', source: 'Stan' },
  params: [{ name: 'x', kind: 'tensor' }],
  samples: [{ operands: [{ shape: [3], range: [-3, 0.7] }] }],
  body: (b, { x }) => b.log1p(b.negative(b.promote([x as Operand], 'float')[0])),
});
