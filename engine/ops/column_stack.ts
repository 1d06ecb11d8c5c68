// Vectors as the columns of a matrix.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const column_stack = composite({
  name: 'column_stack',
  family: 'structural',
  doc: { text: 'Joins along the second axis, vectors as columns.', source: 'numpy.column_stack' },
  params: [{ name: 'arrays', kind: 'tensors' }],
  samples: [{ operands: [{ shape: [3] }, { shape: [3] }] }, { operands: [{ shape: [2] }, { shape: [2, 2] }] }],
  body(b, args) {
    const xs = (args['arrays'] as readonly Operand[]).map((x) => b.atleast_1d(x));
    return b.concat(
      xs.map((x) => (x.aval.shape.length === 1 ? b.expand_dims(x, { axis: 1 }) : x)),
      { axis: 1 },
    );
  },
});
