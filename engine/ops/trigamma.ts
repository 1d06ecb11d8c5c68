// Trigamma function.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const trigamma = composite({
  name: 'trigamma',
  family: 'special',
  doc: { text: 'The second derivative of the logarithm of the gamma function.', math: 'ψ′(x)' },
  params: [{ name: 'x', kind: 'tensor' }],
  samples: [{ operands: [{ shape: [3], range: [0.5, 4] }] }],
  body: (b, { x }) => b.polygamma(x as Operand, { n: 1 }),
});
