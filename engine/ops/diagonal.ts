// NumPy's diagonal, between the first two axes by default.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const diagonal = composite({
  name: 'diagonal',
  family: 'structural',
  doc: { text: 'The diagonal between two axes (the first two by default), as a last axis.', source: 'numpy.diagonal' },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'offset', kind: 'int', default: 0 },
    { name: 'axis1', kind: 'int', default: 0 },
    { name: 'axis2', kind: 'int', default: 1 },
  ],
  samples: [
    { operands: [{ shape: [3, 4] }] },
    { operands: [{ shape: [2, 3, 4] }], attrs: { offset: -1, axis1: 2, axis2: 0 } },
  ],
  body: (b, args) =>
    b.linalg_diagonal(args['x'] as Operand, {
      offset: args['offset'] as number,
      axis1: args['axis1'] as number,
      axis2: args['axis2'] as number,
    }),
});
