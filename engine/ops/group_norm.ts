// Group normalisation.

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

export const group_norm = composite({
  name: 'group_norm',
  family: 'normalization',
  doc: {
    text:
      'Cuts the channels (axis 1) into groups and brings each group of each sample to mean 0 and variance 1, then multiplies by weight and ' +
      'adds bias, which are one number a channel.',
    math: '(x − E x) / √(Var x + eps) · weight + bias',
    source: 'torch.nn.functional.group_norm',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'num_groups', kind: 'int' },
    weightParam,
    biasParam,
    { name: 'eps', kind: 'float', default: 1e-5, doc: 'Added to the variance.' },
  ],
  samples: [
    { operands: [{ shape: [2, 6] }], attrs: { num_groups: 2 } },
    { operands: [{ shape: [1, 4, 2] }, { shape: [4] }, { shape: [4] }], attrs: { num_groups: 2, eps: 0.1 } },
  ],
  body(b, args) {
    const [x, weight, bias] = floatOperands(b, args, ['x', 'weight', 'bias']);
    requireChannels(x!, 'group_norm');
    const groups = args['num_groups'] as number;
    const [n, channels, ...rest] = x!.aval.shape;
    if (groups < 1 || channels % groups !== 0) {
      fail(
        'E_ATTRIBUTE',
        `group_norm cannot cut the ${channels} channels of x, ${showAval(x!.aval)}, into ${groups} equal groups.`,
      );
    }
    const grouped = b.reshape(x!, { shape: [n, groups, channels / groups, ...rest] });
    const axes = grouped.aval.shape.map((_d, i) => i).slice(2);
    const { mean, variance } = moments(b, grouped, axes);
    const y = b.reshape(standardized(b, grouped, mean, variance, args['eps'] as number), { shape: x!.aval.shape });
    return affine(b, y, [1], weight, bias, 'group_norm');
  },
});
