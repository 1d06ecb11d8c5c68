// Logarithm of a difference of exponentials.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const log_diff_exp = composite({
  name: 'log_diff_exp',
  family: 'special',
  doc: { text: 'Logarithm of e^x − e^y for x above y, without overflow.', math: 'ln(e^x − e^y)', source: 'Stan' },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'y', kind: 'tensor' },
  ],
  samples: [
    {
      operands: [
        { shape: [3], range: [1, 3] },
        { shape: [3], range: [-2, 0.5] },
      ],
    },
  ],
  body: (b, { x, y }) => b.add(x as Operand, b.log1mexp(b.subtract(x as Operand, y as Operand))),
});
