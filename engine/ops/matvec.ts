// Matrix times vector, for stacks of both.

import { showAval } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { failContraction } from '../families/contraction.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

export const matvec = composite({
  name: 'matvec',
  family: 'contraction',
  aliases: ['mv'],
  doc: {
    text: 'Product of matrices (the last two axes of x) with vectors (the last of y); leading axes broadcast.',
    math: 'Σₖ xᵢₖ yₖ',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'y', kind: 'tensor' },
  ],
  samples: [{ operands: [{ shape: [2, 3] }, { shape: [3] }] }, { operands: [{ shape: [2, 2, 3] }, { shape: [2, 3] }] }],
  body(b, args) {
    const [x, y] = b.promote([args['x'] as Operand, args['y'] as Operand]);
    const [p, q] = [x.aval.shape.length, y.aval.shape.length];
    if (p < 2 || q < 1) {
      fail(
        'E_SHAPE_MISMATCH',
        `matvec needs a matrix and a vector, and is given ${showAval(x.aval)} and ${showAval(y.aval)}.`,
      );
    }
    if (x.aval.shape[p - 1] !== y.aval.shape[q - 1])
      failContraction(b, x, p - 1, y, q - 1, (m, n) => `matvec(${m}, ${n})`);
    if (q === 1) return b.matmul(x, y);
    return b.squeeze(b.matmul(x, b.expand_dims(y, { axis: -1 })), { axis: -1 });
  },
});
