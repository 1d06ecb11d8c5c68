// Negative log likelihood of classes.

import { composite } from '../families/composite.ts';
import { classAxis, classWeights, reduced, reductionParam, requireClasses } from '../families/losses.ts';
import type { Operand } from '../op.ts';

export const nll_loss = composite({
  name: 'nll_loss',
  family: 'loss',
  doc: {
    text:
      'Minus the log-probability of the class of each example; classes are on axis 1 of input (on axis 0 where there is no batch). The ' +
      'mean is weighted; where every class is ignore_index it is NaN with gradient 0.',
    math: '−Σ w[target] input[target] / Σ w[target]',
    source: 'torch.nn.functional.nll_loss',
  },
  params: [
    { name: 'input', kind: 'tensor', doc: 'Log-probabilities.' },
    { name: 'target', kind: 'tensor', doc: 'Classes, as integers.' },
    { name: 'weight', kind: 'tensor', default: null, keyword: true, doc: 'Of each class.' },
    { name: 'ignore_index', kind: 'int', default: -100, keyword: true, doc: 'A class that counts for nothing.' },
    reductionParam,
  ],
  samples: [
    { operands: [{ shape: [2, 3] }, { shape: [2], dtype: 'int64', values: [2, 0] }] },
    {
      operands: [{ shape: [2, 3, 2] }, { shape: [2, 2], dtype: 'int64', values: [2, 0, 1, 1] }],
      attrs: { ignore_index: 1, reduction: 'sum' },
    },
    {
      operands: [{ shape: [2, 3] }, { shape: [2], dtype: 'int64', values: [1, 0] }, { shape: [3], range: [0.5, 2] }],
    },
    { operands: [{ shape: [3] }, { shape: [], dtype: 'int64', values: [1] }], attrs: { reduction: 'none' } },
  ],
  body(b, args) {
    const [input] = b.promote([args['input'] as Operand], 'float');
    const target = b.lift(args['target'] as Operand);
    const axis = classAxis(input, 'nll_loss');
    requireClasses(input, target, axis, 'nll_loss');
    const weights = classWeights(b, input, axis, args['weight'] as Operand | null, 'nll_loss');
    const ignored = b.equal(target, BigInt(args['ignore_index'] as number));
    const classes = b.where(ignored, 0n, target);
    const index = b.expand_dims(classes, { axis });
    const likelihoods = b.squeeze(b.take_along_axis(input, index, { axis }), { axis });
    const ones = b.fill(likelihoods.aval, 1);
    const each = b.where(ignored, 0, weights === null ? ones : b.take(weights.vector, classes, { axis: 0 }));
    // A structural zero for what is ignored: an infinite loss there is nothing.
    const losses = b.where(ignored, 0, b.negative(b.multiply(likelihoods, each)));
    if (args['reduction'] !== 'mean') return reduced(b, losses, args['reduction']);
    return b.divide(b.sum(losses), b.sum(each));
  },
});
