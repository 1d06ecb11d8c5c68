// How many elements are not zero.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const count_nonzero = composite({
  name: 'count_nonzero',
  family: 'reduction',
  doc: {
    text: 'The number of elements that are not zero, over axes (all by default).',
    source: 'Array API 2024.12, count_nonzero',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'axis', kind: 'axes', default: null },
    { name: 'keepdims', kind: 'bool', default: false },
  ],
  differentiable: 'no',
  samples: [
    { operands: [{ shape: [4] }] },
    { operands: [{ shape: [2, 3], dtype: 'int64', range: [-1, 2] }], attrs: { axis: 0 } },
  ],
  body: (b, args) =>
    b.sum(b.cast(args['x'] as Operand, 'bool'), {
      axis: args['axis'] as number | number[] | null,
      keepdims: args['keepdims'] as boolean,
    }),
});
