// Quantiles by interpolation between order statistics.

import { composite } from '../families/composite.ts';
import { quantileMethods, quantileOf } from '../families/quantiles.ts';
import type { QuantileMethod } from '../families/quantiles.ts';
import type { Operand } from '../op.ts';

export const quantile = composite({
  name: 'quantile',
  family: 'reduction',
  doc: {
    text: 'The value below which a fraction q of the elements lies, over axes (all by default); differentiable in x and, where it interpolates, in q. The axis of several q comes first. NaN gives NaN.',
    source: 'numpy.quantile',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'q', kind: 'tensor', doc: 'Between 0 and 1: a scalar or a vector.' },
    { name: 'axis', kind: 'axes', default: null },
    { name: 'method', kind: 'enum', values: quantileMethods, default: 'linear', keyword: true },
    { name: 'keepdims', kind: 'bool', default: false, keyword: true },
  ],
  samples: [
    { operands: [{ shape: [5] }, { shape: [], values: [0.3] }] },
    { operands: [{ shape: [3, 4] }, { shape: [2], values: [0.2, 0.9] }], attrs: { axis: 1 } },
    {
      operands: [{ shape: [4, 2] }, { shape: [], values: [0.4] }],
      attrs: { axis: 0, method: 'midpoint', keepdims: true },
    },
  ],
  body: (b, args) =>
    quantileOf(b, args['x'] as Operand, args['q'] as Operand, {
      axis: args['axis'] as number | number[] | null,
      method: args['method'] as QuantileMethod,
      keepdims: args['keepdims'] as boolean,
    }),
});
