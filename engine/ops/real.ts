// Real part.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const real = composite({
  name: 'real',
  family: 'elementwise',
  doc: { text: 'Real part: of a real number, the number itself.' },
  params: [{ name: 'x', kind: 'tensor' }],
  samples: [{ operands: [{ shape: [3] }] }],
  body: (b, { x }) => b.identity(x as Operand),
});
