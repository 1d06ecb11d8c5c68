// All elements along one axis.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const ravel = composite({
  name: 'ravel',
  family: 'structural',
  doc: { text: 'All elements, row-major, along one axis.', source: 'numpy.ravel' },
  params: [{ name: 'x', kind: 'tensor' }],
  samples: [{ operands: [{ shape: [2, 3] }] }, { operands: [{ shape: [] }] }, { operands: [{ shape: [0, 2] }] }],
  body: (b, args) => b.reshape(args['x'] as Operand, { shape: [-1] }),
});
