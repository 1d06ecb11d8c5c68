// Rectifier with a ceiling.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const relu6 = composite({
  name: 'relu6',
  family: 'activation',
  doc: { text: 'x between 0 and 6, else the nearer of them; at both the slope is 0.', math: 'min(max(x, 0), 6)' },
  params: [{ name: 'x', kind: 'tensor' }],
  samples: [{ operands: [{ shape: [5], values: [-2, -0.5, 0.5, 5.5, 7] }] }],
  body: (b, { x }) => b.hard_tanh(x as Operand, { min_val: 0, max_val: 6 }),
});
