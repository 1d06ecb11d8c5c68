// Mean absolute error.

import { composite } from '../families/composite.ts';
import { inputAndTarget, reduced, reductionParam, weighted } from '../families/losses.ts';
import type { Operand } from '../op.ts';

export const l1_loss = composite({
  name: 'l1_loss',
  family: 'loss',
  doc: {
    text: 'Mean of absolute differences; where there is none the slope is 0.',
    math: 'mean |input − target|',
    source: 'torch.nn.functional.l1_loss',
  },
  params: [
    { name: 'input', kind: 'tensor' },
    { name: 'target', kind: 'tensor' },
    reductionParam,
    { name: 'weight', kind: 'tensor', default: null, keyword: true, doc: 'Of each element.' },
  ],
  samples: [
    {
      operands: [
        { shape: [4], range: [1, 2] },
        { shape: [4], range: [-1, 0.5] },
      ],
    },
    {
      operands: [
        { shape: [2, 3], range: [1, 2] },
        { shape: [2, 3], range: [3, 4] },
      ],
      attrs: { reduction: 'none' },
    },
  ],
  body(b, args) {
    const [input, target] = inputAndTarget(b, args, 'l1_loss');
    const losses = b.abs(b.subtract(input, target));
    return reduced(b, weighted(b, losses, args['weight'] as Operand | null), args['reduction']);
  },
});
