// Instance normalisation.

import { fail } from '../errors.ts';
import { showAval } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import {
  affine,
  biasParam,
  floatOperands,
  moments,
  requireChannels,
  standardized,
  weightParam,
} from '../families/normalization.ts';

export const instance_norm = composite({
  name: 'instance_norm',
  family: 'normalization',
  doc: {
    text:
      'Brings each channel (axis 1) of each sample to mean 0 and variance 1 over the axes after it, then multiplies by weight and adds ' +
      'bias, which are one number a channel.',
    math: '(x − E x) / √(Var x + eps) · weight + bias',
    source: 'torch.nn.functional.instance_norm without running statistics; ONNX InstanceNormalization',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    weightParam,
    biasParam,
    { name: 'eps', kind: 'float', default: 1e-5, keyword: true, doc: 'Added to the variance.' },
  ],
  samples: [
    { operands: [{ shape: [2, 2, 3] }] },
    { operands: [{ shape: [1, 2, 2, 2] }, { shape: [2] }, { shape: [2] }], attrs: { eps: 0.1 } },
  ],
  body(b, args) {
    const [x, weight, bias] = floatOperands(b, args, ['x', 'weight', 'bias']);
    requireChannels(x!, 'instance_norm');
    const axes = x!.aval.shape.map((_d, i) => i).slice(2);
    if (axes.length === 0) {
      fail(
        'E_SHAPE_MISMATCH',
        `instance_norm has no axes after the channels of x, ${showAval(x!.aval)}, to average over.`,
      );
    }
    const { mean, variance } = moments(b, x!, axes);
    return affine(b, standardized(b, x!, mean, variance, args['eps'] as number), [1], weight, bias, 'instance_norm');
  },
});
