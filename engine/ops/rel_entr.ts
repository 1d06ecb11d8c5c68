// Relative entropy of one pair of probabilities.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const rel_entr = composite({
  name: 'rel_entr',
  family: 'special',
  doc: {
    text: 'x ln(x / y) for positive numbers; 0 where x is 0 and y is not negative; else ∞.',
    math: 'x ln(x / y)',
    source: 'scipy.special.rel_entr',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'y', kind: 'tensor' },
  ],
  samples: [
    {
      operands: [
        { shape: [3], range: [0.2, 2] },
        { shape: [3], range: [0.2, 2] },
      ],
    },
  ],
  body(b, args) {
    const [x, y] = b.promote([args['x'] as Operand, args['y'] as Operand], 'float');
    const zero = b.logical_and(b.equal(x, 0), b.greater_equal(y, 0));
    const none = b.logical_or(b.less(x, 0), b.less_equal(y, 0));
    return b.where(zero, 0, b.where(none, Infinity, b.multiply(x, b.subtract(b.log(x), b.log(y)))));
  },
});
