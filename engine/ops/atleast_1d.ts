// At least one axis.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const atleast_1d = composite({
  name: 'atleast_1d',
  family: 'structural',
  doc: { text: 'The array with leading axes of size 1 until it has one.', source: 'numpy.atleast_1d' },
  params: [{ name: 'x', kind: 'tensor' }],
  samples: [{ operands: [{ shape: [] }] }, { operands: [{ shape: [3] }] }, { operands: [{ shape: [2, 2] }] }],
  body(b, args) {
    const x = b.lift(args['x'] as Operand);
    const missing = Math.max(0, 1 - x.aval.shape.length);
    return b.reshape(x, { shape: [...new Array<number>(missing).fill(1), ...x.aval.shape] });
  },
});
