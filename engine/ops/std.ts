// Standard deviation.

import { composite } from '../families/composite.ts';
import { spreadParams, spreadSamples } from '../families/spread.ts';
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
  params: spreadParams,
  samples: spreadSamples,
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
