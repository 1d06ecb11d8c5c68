// Batch normalisation.

import { fail } from '../errors.ts';
import { normalizeAxis, showAval, sizeOf } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import { composite } from '../families/composite.ts';
import {
  affine,
  biasParam,
  floatOperands,
  moments,
  onAxes,
  requireChannels,
  standardized,
  weightParam,
} from '../families/normalization.ts';

export const batch_norm = composite({
  name: 'batch_norm',
  family: 'normalization',
  doc: {
    text:
      'Normalises each channel. In train mode by the mean and variance of the batch, and the running statistics that come back are ' +
      '(1 − momentum) of the old ones plus momentum of the new, the variance over n − 1; in predict mode by the running statistics, which ' +
      'come back as they are.',
    math: '(x − mean) / √(variance + eps) · weight + bias',
    source: 'torch.nn.functional.batch_norm',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'running_mean', kind: 'tensor' },
    { name: 'running_var', kind: 'tensor' },
    weightParam,
    biasParam,
    {
      name: 'training',
      kind: 'bool',
      default: null,
      doc: 'Whether the batch is the statistics; by default the mode of the request.',
    },
    { name: 'momentum', kind: 'float', default: 0.1, doc: 'The part of the batch in the new running statistics.' },
    { name: 'eps', kind: 'float', default: 1e-5, doc: 'Added to the variance.' },
    { name: 'axis', kind: 'axis', default: 1, keyword: true, doc: 'The axis of the channels.' },
  ],
  results: ['y', 'running_mean', 'running_var'],
  samples: [
    { operands: [{ shape: [3, 2] }, { shape: [2] }, { shape: [2], range: [0.5, 2] }], attrs: { training: true } },
    {
      operands: [{ shape: [2, 2, 2] }, { shape: [2] }, { shape: [2], range: [0.5, 2] }, { shape: [2] }, { shape: [2] }],
      attrs: { training: true, momentum: 0.3, eps: 0.1, axis: -1 },
    },
    {
      operands: [{ shape: [2, 2, 2] }, { shape: [2] }, { shape: [2], range: [0.5, 2] }, { shape: [2] }, { shape: [2] }],
    },
  ],
  body(b, args) {
    const names = ['x', 'running_mean', 'running_var', 'weight', 'bias'];
    const [x, oldMean, oldVariance, weight, bias] = floatOperands(b, args, names) as Value[];
    const axis = args['axis'] === 1 ? 1 : normalizeAxis(args['axis'] as number, x.aval.shape.length);
    requireChannels(x, 'batch_norm', axis);
    const [runningMean, runningVariance] = [
      onAxes(b, oldMean, x, [axis], 'running_mean of batch_norm'),
      onAxes(b, oldVariance, x, [axis], 'running_var of batch_norm'),
    ];
    const eps = args['eps'] as number;
    if (!((args['training'] as boolean | null) ?? b.context.training)) {
      const y = standardized(b, x, runningMean, runningVariance, eps);
      return [affine(b, y, [axis], weight, bias, 'batch_norm'), oldMean, oldVariance];
    }
    const axes = x.aval.shape.map((_d, i) => i).filter((i) => i !== axis);
    const n = sizeOf(axes.map((a) => x.aval.shape[a]));
    if (n < 2) {
      fail(
        'E_SHAPE_MISMATCH',
        `batch_norm in train mode needs more than one value a channel, and x, ${showAval(x.aval)}, has ${n}.`,
        'With "mode": "predict" or training=False the running statistics are used.',
      );
    }
    const { mean, variance } = moments(b, x, axes);
    const y = affine(b, standardized(b, x, mean, variance, eps), [axis], weight, bias, 'batch_norm');
    const momentum = args['momentum'] as number;
    const flat = (value: Value): Value => b.reshape(value, { shape: [x.aval.shape[axis]] });
    return [
      y,
      moved(b, oldMean, flat(mean), momentum),
      moved(b, oldVariance, b.multiply(flat(variance), n / (n - 1)), momentum),
    ];
  },
});

const moved = (b: Builder, old: Value, batch: Value, momentum: number): Value =>
  b.add(b.multiply(old, 1 - momentum), b.multiply(batch, momentum));
