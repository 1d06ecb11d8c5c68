// Root-mean-square normalisation.

import { composite } from '../families/composite.ts';
import { affine, floatOperands, normalizedAxes, weightParam } from '../families/normalization.ts';

export const rms_norm = composite({
  name: 'rms_norm',
  family: 'normalization',
  doc: {
    text:
      'Divides by the root of the mean square over the last axes (those of normalized_shape, the last one by default, or any axes given ' +
      'as `axis`), then multiplies by weight. eps is the machine epsilon of the dtype by default.',
    math: 'x / √(E x² + eps) · weight',
    source: 'torch.nn.functional.rms_norm',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'normalized_shape', kind: 'shape', default: null, doc: 'What the shape of x ends with.' },
    weightParam,
    { name: 'eps', kind: 'float', default: null, doc: 'Added to the mean square.' },
    { name: 'axis', kind: 'axes', default: null, keyword: true, doc: 'In place of normalized_shape.' },
  ],
  samples: [
    { operands: [{ shape: [2, 4] }] },
    { operands: [{ shape: [2, 2, 3] }, { shape: [2, 3] }], attrs: { normalized_shape: [2, 3], eps: 0.01 } },
    { operands: [{ shape: [3, 2] }, { shape: [3] }], attrs: { axis: 0 } },
  ],
  body(b, args) {
    const [x, weight] = floatOperands(b, args, ['x', 'weight']);
    const axis = normalizedAxes(args, x!, 'rms_norm');
    const eps = (args['eps'] as number | null) ?? (x!.aval.dtype === 'float32' ? 2 ** -23 : 2 ** -52);
    const square = b.mean(b.multiply(x!, x!), { axis, keepdims: true });
    return affine(b, b.divide(x!, b.sqrt(b.add(square, eps))), axis, weight, null, 'rms_norm');
  },
});
