// The middle element.

import { composite } from '../families/composite.ts';
import { medianOf } from '../families/quantiles.ts';
import type { Operand } from '../op.ts';

export const median = composite({
  name: 'median',
  family: 'reduction',
  doc: {
    text: 'The middle element over axes (all by default), the mean of two where their number is even. NaN gives NaN. The gradient goes to the elements of the stable order.',
    source: 'numpy.median',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'axis', kind: 'axes', default: null },
    { name: 'keepdims', kind: 'bool', default: false, keyword: true },
  ],
  samples: [
    { operands: [{ shape: [5] }] },
    { operands: [{ shape: [2, 4] }], attrs: { axis: 1 } },
    { operands: [{ shape: [2, 3, 2] }], attrs: { axis: [0, 2], keepdims: true } },
  ],
  body: (b, args) =>
    medianOf(b, args['x'] as Operand, {
      axis: args['axis'] as number | number[] | null,
      keepdims: args['keepdims'] as boolean,
    }),
});
