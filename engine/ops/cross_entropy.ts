// Cross entropy of classes.

import { sameShape } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import { composite } from '../families/composite.ts';
import { classAxis, classWeights, reduced, reductionParam, requireClasses } from '../families/losses.ts';
import type { Operand } from '../op.ts';

export const cross_entropy = composite({
  name: 'cross_entropy',
  family: 'loss',
  doc: {
    text:
      'Minus the log-probability of the target under the softmax of input; classes are on axis 1 of input (on axis 0 where there is no ' +
      'batch). The target is classes as integers, or probabilities in the shape of input (one-hot vectors, say). The mean over classes is weighted; ' +
      'where every class is ignore_index it is NaN with gradient 0.',
    math: '−Σ w[target] log_softmax(input)[target] / Σ w[target]',
    source: 'torch.nn.functional.cross_entropy',
  },
  params: [
    { name: 'input', kind: 'tensor', doc: 'Scores, before softmax.' },
    { name: 'target', kind: 'tensor', doc: 'Classes as integers, or probabilities.' },
    { name: 'weight', kind: 'tensor', default: null, keyword: true, doc: 'Of each class.' },
    { name: 'ignore_index', kind: 'int', default: -100, keyword: true, doc: 'A class that counts for nothing.' },
    reductionParam,
    {
      name: 'label_smoothing',
      kind: 'float',
      default: 0,
      keyword: true,
      doc: 'How much of the target is spread evenly.',
    },
  ],
  samples: [
    { operands: [{ shape: [2, 3] }, { shape: [2], dtype: 'int64', values: [2, 0] }] },
    { operands: [{ shape: [2, 3] }, { shape: [2, 3], range: [0, 1] }], attrs: { label_smoothing: 0.1 } },
    {
      operands: [{ shape: [2, 3, 2] }, { shape: [2, 2], dtype: 'int64', values: [2, 0, 1, 1] }],
      attrs: { ignore_index: 1, label_smoothing: 0.25 },
    },
    {
      operands: [{ shape: [2, 3] }, { shape: [2], dtype: 'int64', values: [1, 0] }, { shape: [3], range: [0.5, 2] }],
      attrs: { label_smoothing: 0.5, reduction: 'none' },
    },
    { operands: [{ shape: [3] }, { shape: [], dtype: 'int64', values: [1] }] },
  ],
  body(b, args) {
    const [input] = b.promote([args['input'] as Operand], 'float');
    const target = b.lift(args['target'] as Operand);
    const axis = classAxis(input, 'cross_entropy');
    const logs = b.log_softmax(input, null, { axis });
    const smoothing = args['label_smoothing'] as number;
    const weight = args['weight'] as Operand | null;
    const reduction = args['reduction'] as string;
    if (sameShape(target.aval.shape, input.aval.shape)) {
      const wide = classWeights(b, input, axis, weight, 'cross_entropy')?.wide ?? null;
      return ofProbabilities(b, { logs, axis, target: b.promote([target], 'float')[0], wide, smoothing, reduction });
    }
    requireClasses(input, target, axis, 'cross_entropy');
    const ignored = args['ignore_index'] as number;
    const hard = b.nll_loss(logs, target, { weight, ignore_index: ignored, reduction });
    if (smoothing === 0) return hard;
    const weights = classWeights(b, input, axis, weight, 'cross_entropy');
    const mask = b.equal(target, BigInt(ignored));
    const even = b.sum(weights === null ? logs : b.multiply(logs, weights.wide), { axis });
    const losses = b.where(mask, 0, b.negative(even));
    const soft =
      reduction === 'mean'
        ? b.divide(b.sum(losses), counted(b, weights, mask, target, even))
        : reduced(b, losses, reduction);
    return b.add(b.multiply(hard, 1 - smoothing), b.multiply(soft, smoothing / input.aval.shape[axis]));
  },
});

/** The sum of the weights of the classes that are not ignored. */
function counted(b: Builder, weights: { vector: Value } | null, mask: Value, target: Value, like: Value): Value {
  if (weights === null) return b.sum(b.where(mask, 0, b.fill(like.aval, 1)));
  return b.sum(b.where(mask, 0, b.take(weights.vector, b.where(mask, 0n, target), { axis: 0 })));
}

interface Soft {
  readonly logs: Value;
  readonly axis: number;
  readonly target: Value;
  readonly wide: Value | null;
  readonly smoothing: number;
  readonly reduction: string;
}

/** −Σ p log q; where p is 0 and q too that is 0. */
function ofProbabilities(b: Builder, { logs, axis, target, wide, smoothing, reduction }: Soft): Value {
  const classes = logs.aval.shape[axis];
  const spread = smoothing === 0 ? target : b.add(b.multiply(target, 1 - smoothing), smoothing / Math.max(classes, 1));
  const nothing = b.logical_and(b.equal(spread, 0), b.isinf(logs));
  const terms = b.where(nothing, 0, b.multiply(logs, b.cast(spread, logs.aval.dtype)));
  const losses = b.negative(b.sum(wide === null ? terms : b.multiply(terms, wide), { axis }));
  return reduced(b, losses, reduction);
}
