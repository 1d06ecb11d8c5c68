// Logarithm of one less an exponential.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const log1m_exp = composite({
  name: 'log1m_exp',
  family: 'special',
  doc: { text: 'Logarithm of 1 − e^x for x below 0, accurate at both ends.', math: 'ln(1 − e^x)', source: 'Stan' },
  params: [{ name: 'x', kind: 'tensor' }],
  samples: [{ operands: [{ shape: [4], values: [-0.1, -0.5, -1, -3] }] }],
  body: (b, { x }) => b.log1mexp(b.negative(b.promote([x as Operand], 'float')[0])),
});
