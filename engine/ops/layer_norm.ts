// Layer normalisation.

import { composite } from '../families/composite.ts';
import {
  affine,
  biasParam,
  floatOperands,
  moments,
  normalizedAxes,
  standardized,
  weightParam,
} from '../families/normalization.ts';

export const layer_norm = composite({
  name: 'layer_norm',
  family: 'normalization',
  doc: {
    text:
      'Brings the last axes (those of normalized_shape, the last one by default, or any axes given as `axis`) to mean 0 and variance 1, ' +
      'then multiplies by weight and adds bias.',
    math: '(x − E x) / √(Var x + eps) · weight + bias',
    source: 'torch.nn.functional.layer_norm',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'normalized_shape', kind: 'shape', default: null, doc: 'What the shape of x ends with.' },
    weightParam,
    biasParam,
    { name: 'eps', kind: 'float', default: 1e-5, doc: 'Added to the variance.' },
    { name: 'axis', kind: 'axes', default: null, keyword: true, doc: 'In place of normalized_shape.' },
  ],
  samples: [
    { operands: [{ shape: [2, 4] }] },
    { operands: [{ shape: [2, 2, 3] }, { shape: [2, 3] }, { shape: [2, 3] }], attrs: { normalized_shape: [2, 3] } },
    { operands: [{ shape: [3, 2] }, { shape: [3] }], attrs: { axis: 0, eps: 0.1 } },
  ],
  body(b, args) {
    const [x, weight, bias] = floatOperands(b, args, ['x', 'weight', 'bias']);
    const axes = normalizedAxes(args, x!, 'layer_norm');
    const { mean, variance } = moments(b, x!, axes);
    return affine(b, standardized(b, x!, mean, variance, args['eps'] as number), axes, weight, bias, 'layer_norm');
  },
});
