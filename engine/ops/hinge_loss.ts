// Hinge loss.

import { composite } from '../families/composite.ts';
import { inputAndTarget, reduced, reductionParam } from '../families/losses.ts';

export const hinge_loss = composite({
  name: 'hinge_loss',
  family: 'loss',
  doc: {
    text: 'Of scores and labels −1 and 1: 0 from a margin of 1 on, straight below; at the margin the slope is 0.',
    math: 'mean max(0, 1 − target · input)',
  },
  params: [{ name: 'input', kind: 'tensor' }, { name: 'target', kind: 'tensor' }, reductionParam],
  samples: [
    {
      operands: [
        { shape: [4], values: [-2, -0.5, 0.5, 3] },
        { shape: [4], values: [1, -1, 1, 1] },
      ],
    },
  ],
  body(b, args) {
    const [input, target] = inputAndTarget(b, args, 'hinge_loss');
    return reduced(b, b.relu(b.subtract(1, b.multiply(input, target))), args['reduction']);
  },
});
