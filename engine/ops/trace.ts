// NumPy's trace, between the first two axes by default.

import type { DType } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const trace = composite({
  name: 'trace',
  family: 'contraction',
  doc: {
    text: 'Sum of the diagonal between two axes (the first two by default).',
    math: 'Σᵢ xᵢᵢ',
    source: 'numpy.trace',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'offset', kind: 'int', default: 0 },
    { name: 'axis1', kind: 'int', default: 0 },
    { name: 'axis2', kind: 'int', default: 1 },
    { name: 'dtype', kind: 'dtype', default: null },
  ],
  samples: [{ operands: [{ shape: [3, 3] }] }, { operands: [{ shape: [2, 3, 2] }], attrs: { axis1: 0, axis2: 2 } }],
  body(b, args) {
    const diagonal = b.diagonal(args['x'] as Operand, {
      offset: args['offset'] as number,
      axis1: args['axis1'] as number,
      axis2: args['axis2'] as number,
    });
    return b.sum(diagonal, { axis: -1, dtype: args['dtype'] as DType | null });
  },
});
