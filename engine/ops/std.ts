// Standard deviation.

import { composite } from '../families/composite.ts';
import type { DType } from '../ir/aval.ts';
import type { Operand } from '../op.ts';

export const std = composite({
  name: 'std',
  family: 'reduction',
  doc: {
    text: 'Standard deviation over axes, the root of the variance. Of a constant it is 0 and so is its gradient.',
    math: '√var',
    source: 'Array API 2024.12, std',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'axis', kind: 'axes', default: null },
    { name: 'dtype', kind: 'dtype', default: null, keyword: true },
    { name: 'ddof', kind: 'float', default: 0, keyword: true, doc: 'Another name for correction.' },
    { name: 'keepdims', kind: 'bool', default: false, keyword: true },
    { name: 'where', kind: 'tensor', default: null, keyword: true, doc: 'Elements to include.' },
    {
      name: 'correction',
      kind: 'float',
      default: null,
      keyword: true,
      doc: 'Taken off the count; 0 by default, 1 for samples.',
    },
  ],
  samples: [
    { operands: [{ shape: [5] }] },
    { operands: [{ shape: [2, 3, 4] }], attrs: { axis: [0, -1], correction: 1 } },
    { operands: [{ shape: [3, 4] }], attrs: { axis: 1, keepdims: true } },
  ],
  body(b, args) {
    const variance = b.var(args['x'] as Operand, {
      axis: args['axis'] as number | number[] | null,
      dtype: args['dtype'] as DType | null,
      ddof: args['ddof'] as number,
      keepdims: args['keepdims'] as boolean,
      where: args['where'] as Operand | null,
      correction: args['correction'] as number | null,
    });
    // The root has infinite slope at 0, where the deviation of a constant lies at its minimum: slope 0.
    const zero = b.equal(variance, 0);
    return b.where(zero, 0, b.sqrt(b.where(zero, 1, variance)));
  },
});
