// Absolute error, rounded at 0.

import { composite } from '../families/composite.ts';
import { inputAndTarget, reduced, reductionParam } from '../families/losses.ts';

export const smooth_l1_loss = composite({
  name: 'smooth_l1_loss',
  family: 'loss',
  doc: {
    text: 'Absolute differences, squared below beta: the Huber loss over beta.',
    math: 'mean (d² / (2 beta) where |d| < beta, else |d| − beta / 2)',
    source: 'torch.nn.functional.smooth_l1_loss',
  },
  params: [
    { name: 'input', kind: 'tensor' },
    { name: 'target', kind: 'tensor' },
    reductionParam,
    { name: 'beta', kind: 'float', default: 1, keyword: true },
  ],
  samples: [
    {
      operands: [
        { shape: [4], values: [-2, -0.5, 0.5, 3] },
        { shape: [4], values: [0, 0, 0.1, 0] },
      ],
    },
    {
      operands: [
        { shape: [2], range: [1, 2] },
        { shape: [2], range: [-1, 0] },
      ],
      attrs: { beta: 0, reduction: 'sum' },
    },
  ],
  body(b, args) {
    const [input, target] = inputAndTarget(b, args, 'smooth_l1_loss');
    const beta = args['beta'] as number;
    const difference = b.subtract(input, target);
    const size = b.abs(difference);
    if (beta === 0) return reduced(b, size, args['reduction']);
    const losses = b.where(
      b.less(size, beta),
      b.multiply(b.square(difference), 0.5 / beta),
      b.subtract(size, beta / 2),
    );
    return reduced(b, losses, args['reduction']);
  },
});
