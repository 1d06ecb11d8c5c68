// Kullback-Leibler divergence.

import { composite } from '../families/composite.ts';
import { inputAndTarget, reduced, reductionParam } from '../families/losses.ts';

export const kl_div = composite({
  name: 'kl_div',
  family: 'loss',
  doc: {
    text:
      'Divergence of the target from what input gives the logarithms of. A target of 0 costs nothing, at input −∞ too. ' +
      'batchmean divides by the size of axis 0, which is the divergence of the definition.',
    math: 'mean target (ln target − input)',
    source: 'torch.nn.functional.kl_div',
  },
  params: [
    { name: 'input', kind: 'tensor', doc: 'Log-probabilities.' },
    { name: 'target', kind: 'tensor', doc: 'Probabilities, or their logarithms.' },
    { ...reductionParam, values: ['mean', 'batchmean', 'sum', 'none'] },
    { name: 'log_target', kind: 'bool', default: false, keyword: true },
  ],
  samples: [
    {
      operands: [
        { shape: [4], range: [-3, -0.1] },
        { shape: [4], range: [0.1, 0.9] },
      ],
    },
    {
      operands: [
        { shape: [2, 3], range: [-3, -0.1] },
        { shape: [2, 3], range: [-2, -0.1] },
      ],
      attrs: { log_target: true },
    },
    { operands: [{ shape: [2, 3] }, { shape: [2, 3], range: [0.1, 0.9] }], attrs: { reduction: 'batchmean' } },
  ],
  body(b, args) {
    const [input, target] = inputAndTarget(b, args, 'kl_div');
    const logarithms = args['log_target'] === true;
    const p = logarithms ? b.exp(target) : target;
    const nothing = b.logical_and(b.equal(p, 0), b.isinf(logarithms ? b.maximum(b.abs(input), b.abs(target)) : input));
    const terms = logarithms
      ? b.multiply(p, b.subtract(target, input))
      : b.subtract(b.xlogy(target, target), b.multiply(target, input));
    const losses = b.where(nothing, 0, terms);
    if (args['reduction'] !== 'batchmean') return reduced(b, losses, args['reduction']);
    return b.divide(b.sum(losses), input.aval.shape[0] ?? 1);
  },
});
