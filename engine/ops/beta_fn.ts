// Beta function.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const beta_fn = composite({
  name: 'beta_fn',
  family: 'special',
  doc: { text: 'The beta function of positive numbers.', math: 'Γ(x) Γ(y) / Γ(x + y)' },
  aliases: ['beta'],
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'y', kind: 'tensor' },
  ],
  samples: [
    {
      operands: [
        { shape: [3], range: [0.5, 4] },
        { shape: [3], range: [0.5, 4] },
      ],
    },
  ],
  body: (b, { x, y }) => b.exp(b.betaln(x as Operand, y as Operand)),
});
