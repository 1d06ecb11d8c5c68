// Mean squared error.

import { composite } from '../families/composite.ts';
import { inputAndTarget, reduced, reductionParam, weighted } from '../families/losses.ts';
import type { Operand } from '../op.ts';

export const mse_loss = composite({
  name: 'mse_loss',
  family: 'loss',
  doc: { text: 'Mean of squared differences.', math: 'mean (input − target)²', source: 'torch.nn.functional.mse_loss' },
  params: [
    { name: 'input', kind: 'tensor' },
    { name: 'target', kind: 'tensor' },
    reductionParam,
    { name: 'weight', kind: 'tensor', default: null, keyword: true, doc: 'Of each element.' },
  ],
  samples: [
    { operands: [{ shape: [4] }, { shape: [4] }] },
    { operands: [{ shape: [2, 3] }, { shape: [2, 3] }], attrs: { reduction: 'sum' } },
    { operands: [{ shape: [2, 3] }, { shape: [2, 3] }, { shape: [3] }], attrs: { reduction: 'none' } },
  ],
  body(b, args) {
    const [input, target] = inputAndTarget(b, args, 'mse_loss');
    const losses = b.square(b.subtract(input, target));
    return reduced(b, weighted(b, losses, args['weight'] as Operand | null), args['reduction']);
  },
});
