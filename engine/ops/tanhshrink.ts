// What the hyperbolic tangent takes away.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const tanhshrink = composite({
  name: 'tanhshrink',
  family: 'activation',
  doc: { text: 'x less its hyperbolic tangent.', math: 'x − tanh x' },
  params: [{ name: 'x', kind: 'tensor' }],
  samples: [{ operands: [{ shape: [4] }] }],
  body: (b, { x }) => b.subtract(x as Operand, b.tanh(x as Operand)),
});
