// Cross entropy of probabilities of two classes.

import { composite } from '../families/composite.ts';
import { inputAndTarget, reduced, reductionParam, weighted } from '../families/losses.ts';
import type { Operand } from '../op.ts';

export const binary_cross_entropy = composite({
  name: 'binary_cross_entropy',
  family: 'loss',
  doc: {
    text:
      'Minus the log-probability of targets between 0 and 1 under probabilities. Exact: a probability of 0 for what happens costs ∞. ' +
      'binary_cross_entropy_with_logits takes scores, and stays finite.',
    math: '−mean (target ln input + (1 − target) ln(1 − input))',
    source: 'torch.nn.functional.binary_cross_entropy, which clamps the logarithm at −100',
  },
  params: [
    { name: 'input', kind: 'tensor', doc: 'Probabilities.' },
    { name: 'target', kind: 'tensor' },
    { name: 'weight', kind: 'tensor', default: null, keyword: true, doc: 'Of each element.' },
    reductionParam,
  ],
  samples: [
    {
      operands: [
        { shape: [4], range: [0.2, 0.8] },
        { shape: [4], range: [0.1, 0.9] },
      ],
    },
    {
      operands: [
        { shape: [2, 3], range: [0.2, 0.8] },
        { shape: [2, 3], range: [0.1, 0.9] },
        { shape: [3], range: [0, 2] },
      ],
      attrs: { reduction: 'none' },
    },
  ],
  body(b, args) {
    const [input, target] = inputAndTarget(b, args, 'binary_cross_entropy');
    const likelihoods = b.add(b.xlogy(target, input), b.xlog1py(b.subtract(1, target), b.negative(input)));
    return reduced(b, weighted(b, b.negative(likelihoods), args['weight'] as Operand | null), args['reduction']);
  },
});
