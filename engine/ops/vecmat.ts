// Vector times matrix, for stacks of both.

import { showAval } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { failContraction } from '../families/contraction.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

export const vecmat = composite({
  name: 'vecmat',
  family: 'contraction',
  doc: {
    text: 'Product of vectors (the last axis of x) with matrices (the last two of y); leading axes broadcast.',
    math: 'Σₖ xₖ yₖⱼ',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'y', kind: 'tensor' },
  ],
  samples: [{ operands: [{ shape: [3] }, { shape: [3, 2] }] }, { operands: [{ shape: [2, 3] }, { shape: [2, 3, 2] }] }],
  body(b, args) {
    const [x, y] = b.promote([args['x'] as Operand, args['y'] as Operand]);
    const [p, q] = [x.aval.shape.length, y.aval.shape.length];
    if (p < 1 || q < 2) {
      fail(
        'E_SHAPE_MISMATCH',
        `vecmat needs a vector and a matrix, and is given ${showAval(x.aval)} and ${showAval(y.aval)}.`,
      );
    }
    if (x.aval.shape[p - 1] !== y.aval.shape[q - 2])
      failContraction(b, x, p - 1, y, q - 2, (m, n) => `vecmat(${m}, ${n})`);
    if (p === 1) return b.matmul(x, y);
    return b.squeeze(b.matmul(b.expand_dims(x, { axis: -2 }), y), { axis: -2 });
  },
});
