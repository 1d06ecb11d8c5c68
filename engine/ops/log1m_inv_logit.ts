// Logarithm of one less the logistic function.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const log1m_inv_logit = composite({
  name: 'log1m_inv_logit',
  family: 'special',
  doc: { text: 'Logarithm of 1 less the logistic function, without overflow.', math: 'ln(1 − σ(x))', source: 'Stan' },
  params: [{ name: 'x', kind: 'tensor' }],
  samples: [{ operands: [{ shape: [3] }] }],
  body: (b, { x }) => b.log_sigmoid(b.negative(b.promote([x as Operand], 'float')[0])),
});
