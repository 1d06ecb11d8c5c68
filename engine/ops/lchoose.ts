// Logarithm of a binomial coefficient.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const lchoose = composite({
  name: 'lchoose',
  family: 'special',
  doc: { text: 'Logarithm of the binomial coefficient, of real numbers too.', math: 'ln (x over y)', source: 'Stan' },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'y', kind: 'tensor' },
  ],
  samples: [
    {
      operands: [
        { shape: [3], range: [5, 9] },
        { shape: [3], range: [1, 4] },
      ],
    },
  ],
  body(b, args) {
    const [n, k] = b.promote([args['x'] as Operand, args['y'] as Operand], 'float');
    const inverse = b.add(b.betaln(b.add(b.subtract(n, k), 1), b.add(k, 1)), b.log1p(n));
    return b.negative(inverse);
  },
});
