// Percentiles: quantiles of hundredths.

import { composite } from '../families/composite.ts';
import { quantileMethods, quantileOf } from '../families/quantiles.ts';
import type { QuantileMethod } from '../families/quantiles.ts';
import type { Operand } from '../op.ts';

export const percentile = composite({
  name: 'percentile',
  family: 'reduction',
  doc: { text: 'The quantile of q hundredths; see quantile.', source: 'numpy.percentile' },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'q', kind: 'tensor', doc: 'Between 0 and 100: a scalar or a vector.' },
    { name: 'axis', kind: 'axes', default: null },
    { name: 'method', kind: 'enum', values: quantileMethods, default: 'linear', keyword: true },
    { name: 'keepdims', kind: 'bool', default: false, keyword: true },
  ],
  samples: [{ operands: [{ shape: [5] }, { shape: [], values: [30] }] }],
  body: (b, args) =>
    quantileOf(b, args['x'] as Operand, b.divide(args['q'] as Operand, 100), {
      axis: args['axis'] as number | number[] | null,
      method: args['method'] as QuantileMethod,
      keepdims: args['keepdims'] as boolean,
    }),
});
