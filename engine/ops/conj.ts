// Complex conjugate.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const conj = composite({
  name: 'conj',
  family: 'elementwise',
  doc: { text: 'Complex conjugate: of a real number, the number itself.' },
  aliases: ['conjugate'],
  params: [{ name: 'x', kind: 'tensor' }],
  samples: [{ operands: [{ shape: [3] }] }],
  body: (b, { x }) => b.identity(x as Operand),
});
