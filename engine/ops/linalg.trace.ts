// Traces of matrices.

import type { DType } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const linalg_trace = composite({
  name: 'linalg.trace',
  family: 'contraction',
  doc: {
    text: 'Sum of the diagonal of the matrices of the last two axes.',
    math: 'Σᵢ xᵢᵢ',
    source: 'Array API 2024.12, linalg.trace',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'offset', kind: 'int', default: 0, keyword: true },
    { name: 'dtype', kind: 'dtype', default: null, keyword: true },
  ],
  samples: [{ operands: [{ shape: [3, 3] }] }, { operands: [{ shape: [2, 2, 3] }], attrs: { offset: 1 } }],
  body: (b, args) =>
    b.sum(b.linalg_diagonal(args['x'] as Operand, { offset: args['offset'] as number }), {
      axis: -1,
      dtype: args['dtype'] as DType | null,
    }),
});
