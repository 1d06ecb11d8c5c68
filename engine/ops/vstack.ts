// Arrays on top of each other.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const vstack = composite({
  name: 'vstack',
  family: 'structural',
  doc: { text: 'Joins arrays along the first axis, vectors as rows.', source: 'numpy.vstack' },
  params: [{ name: 'arrays', kind: 'tensors' }],
  samples: [{ operands: [{ shape: [2] }, { shape: [2] }] }, { operands: [{ shape: [1, 3] }, { shape: [2, 3] }] }],
  body: (b, args) =>
    b.concat(
      (args['arrays'] as readonly Operand[]).map((x) => b.atleast_2d(x)),
      { axis: 0 },
    ),
});
