// A matrix from its diagonal, or the diagonal of a matrix.

import { showAval } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

export const diag = composite({
  name: 'diag',
  family: 'structural',
  doc: {
    text: 'Of a vector, the square matrix with it on the k-th diagonal; of a matrix, its k-th diagonal.',
    source: 'numpy.diag',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'k', kind: 'int', default: 0 },
  ],
  samples: [
    { operands: [{ shape: [3] }] },
    { operands: [{ shape: [2] }], attrs: { k: -1 } },
    { operands: [{ shape: [2] }], attrs: { k: 2 } },
    { operands: [{ shape: [2, 3] }], attrs: { k: 1 } },
    { operands: [{ shape: [0] }] },
  ],
  body(b, args) {
    const x = b.lift(args['x'] as Operand);
    const k = args['k'] as number;
    const rank = x.aval.shape.length;
    if (rank === 2) return b.linalg_diagonal(x, { offset: k });
    if (rank !== 1)
      fail(
        'E_SHAPE_MISMATCH',
        `diag takes a vector or a matrix, and is given ${showAval(x.aval)}.`,
        'linalg.diagonal takes stacks of matrices.',
      );
    return b.diag_embed(x, { offset: k });
  },
});
