// Plus.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const positive = composite({
  name: 'positive',
  family: 'elementwise',
  doc: { text: 'The value itself: unary plus.', math: '+x' },
  params: [{ name: 'x', kind: 'tensor' }],
  samples: [{ operands: [{ shape: [3] }] }],
  body: (b, { x }) => b.identity(x as Operand),
});
