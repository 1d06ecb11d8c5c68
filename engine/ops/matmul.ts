// Matrix product, by NumPy's rules for vectors and stacks of matrices.

import { broadcastShapes, showAval } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { failContraction } from '../families/contraction.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

export const matmul = composite({
  name: 'matmul',
  family: 'contraction',
  aliases: ['mm', 'linalg.matmul'],
  doc: {
    text:
      'Matrix product over the last axis of x and the last but one of y. A vector is a row on the left and a column on the right; ' +
      'leading axes broadcast.',
    math: 'Σₖ xᵢₖ yₖⱼ',
    source: 'Array API 2024.12, matmul',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'y', kind: 'tensor' },
  ],
  samples: [
    { operands: [{ shape: [2, 3] }, { shape: [3, 4] }] },
    { operands: [{ shape: [3] }, { shape: [3] }] },
    { operands: [{ shape: [3] }, { shape: [2, 3, 2] }] },
    { operands: [{ shape: [2, 2, 3] }, { shape: [3] }] },
    { operands: [{ shape: [2, 1, 2, 3] }, { shape: [3, 3, 1] }] },
    { operands: [{ shape: [2, 3] }, { shape: [2, 3, 2] }] },
    { operands: [{ shape: [2, 0] }, { shape: [0, 3] }] },
  ],
  body(b, args) {
    const [x, y] = b.promote([args['x'] as Operand, args['y'] as Operand]);
    const [p, q] = [x.aval.shape.length, y.aval.shape.length];
    if (p === 0 || q === 0) {
      fail(
        'E_SHAPE_MISMATCH',
        `matmul needs arrays of one axis or more, and is given ${showAval(x.aval)} and ${showAval(y.aval)}.`,
        'multiply(x, y) scales an array by a number.',
      );
    }
    const [last, first] = [p - 1, Math.max(0, q - 2)];
    if (x.aval.shape[last] !== y.aval.shape[first]) {
      failContraction(b, x, last, y, first, (m, n) => `${m} @ ${n}`);
    }
    if (p > 2 && q > 2) {
      const lead = broadcastShapes(
        [x.aval.shape.slice(0, -2), y.aval.shape.slice(0, -2)],
        ['batch axes of x', 'batch axes of y'],
      );
      const pairs = lead.map((_d, i) => i);
      return b.dot_general(
        b.broadcast(x, [...lead, ...x.aval.shape.slice(-2)]),
        b.broadcast(y, [...lead, ...y.aval.shape.slice(-2)]),
        { contract: [[lead.length + 1], [lead.length]], batch: [pairs, pairs] },
      );
    }
    const product = b.dot_general(x, y, { contract: [[last], [first]] });
    // One matrix on the left of a stack: its row axis comes out first and belongs before the columns.
    return p === 2 && q > 2 ? b.moveaxis(product, { source: 0, destination: q - 2 }) : product;
  },
});
