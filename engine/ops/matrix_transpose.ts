// The last two axes swapped.

import { showAval } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

export const matrix_transpose = composite({
  name: 'matrix_transpose',
  family: 'structural',
  aliases: ['linalg.matrix_transpose', 't'],
  doc: { text: 'Transposes the matrices of the last two axes.', source: 'Array API 2024.12, matrix_transpose' },
  params: [{ name: 'x', kind: 'tensor' }],
  samples: [{ operands: [{ shape: [2, 3] }] }, { operands: [{ shape: [2, 1, 3] }] }, { operands: [{ shape: [0, 3] }] }],
  body(b, args) {
    const x = b.lift(args['x'] as Operand);
    const rank = x.aval.shape.length;
    if (rank < 2)
      fail('E_SHAPE_MISMATCH', `matrix_transpose needs two axes or more, and is given ${showAval(x.aval)}.`);
    return b.swapaxes(x, { axis1: rank - 2, axis2: rank - 1 });
  },
});
