// Cross entropy of scores of two classes.

import { composite } from '../families/composite.ts';
import { inputAndTarget, reduced, reductionParam, weighted } from '../families/losses.ts';
import type { Operand } from '../op.ts';

export const binary_cross_entropy_with_logits = composite({
  name: 'binary_cross_entropy_with_logits',
  family: 'loss',
  doc: {
    text: 'Minus the log-probability of targets between 0 and 1 under the logistic function of input, without overflow.',
    math: 'mean (pos_weight target softplus(−input) + (1 − target) softplus(input))',
    source: 'torch.nn.functional.binary_cross_entropy_with_logits',
  },
  params: [
    { name: 'input', kind: 'tensor', doc: 'Scores, before the logistic function.' },
    { name: 'target', kind: 'tensor' },
    { name: 'weight', kind: 'tensor', default: null, keyword: true, doc: 'Of each element.' },
    reductionParam,
    { name: 'pos_weight', kind: 'tensor', default: null, keyword: true, doc: 'Of target 1.' },
  ],
  samples: [
    { operands: [{ shape: [4] }, { shape: [4], range: [0.1, 0.9] }] },
    {
      operands: [
        { shape: [2, 3] },
        { shape: [2, 3], range: [0.1, 0.9] },
        { shape: [3], range: [0, 2] },
        { shape: [3] },
      ],
      attrs: { reduction: 'none' },
    },
  ],
  body(b, args) {
    const [input, target] = inputAndTarget(b, args, 'binary_cross_entropy_with_logits');
    const positive = b.multiply(target, b.softplus(b.negative(input)));
    const negative = b.multiply(b.subtract(1, target), b.softplus(input));
    const losses = b.add(weighted(b, positive, args['pos_weight'] as Operand | null), negative);
    return reduced(b, weighted(b, losses, args['weight'] as Operand | null), args['reduction']);
  },
});
