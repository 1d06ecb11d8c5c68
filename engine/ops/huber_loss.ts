// Huber's loss.

import { composite } from '../families/composite.ts';
import { inputAndTarget, reduced, reductionParam, weighted } from '../families/losses.ts';
import type { Operand } from '../op.ts';

export const huber_loss = composite({
  name: 'huber_loss',
  family: 'loss',
  doc: {
    text: 'Squared where a difference is at most delta, straight beyond: the slope is never more than delta.',
    math: 'mean (d² / 2 where |d| ≤ delta, else delta (|d| − delta / 2))',
    source: 'torch.nn.functional.huber_loss',
  },
  params: [
    { name: 'input', kind: 'tensor' },
    { name: 'target', kind: 'tensor' },
    reductionParam,
    { name: 'delta', kind: 'float', default: 1, keyword: true },
    { name: 'weight', kind: 'tensor', default: null, keyword: true, doc: 'Of each element.' },
  ],
  samples: [
    {
      operands: [
        { shape: [4], values: [-2, -0.5, 0.5, 3] },
        { shape: [4], values: [0, 0, 0.1, 0] },
      ],
    },
    {
      operands: [{ shape: [4], values: [-2, -0.5, 0.5, 3] }, { shape: [] }],
      attrs: { reduction: 'none', delta: 9 },
    },
  ],
  body(b, args) {
    const [input, target] = inputAndTarget(b, args, 'huber_loss');
    const delta = args['delta'] as number;
    const difference = b.subtract(input, target);
    const size = b.abs(difference);
    const losses = b.where(
      b.less_equal(size, delta),
      b.multiply(b.square(difference), 0.5),
      b.multiply(b.subtract(size, delta / 2), delta),
    );
    return reduced(b, weighted(b, losses, args['weight'] as Operand | null), args['reduction']);
  },
});
