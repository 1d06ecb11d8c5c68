// Limiting from above.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const clamp_max = composite({
  name: 'clamp_max',
  family: 'elementwise',
  doc: {
    text: 'x, or max where x is above it, as clip does; clamp_max(x, 1) is what clip(x, None, 1) is.',
    math: 'min(x, max)',
    source: 'torch.clamp_max',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'max', kind: 'tensor' },
  ],
  samples: [
    {
      operands: [
        { shape: [4], range: [0, 1] },
        { shape: [], range: [2, 3] },
      ],
    },
  ],
  body: (b, args) => b.clip(args['x'] as Operand, null, args['max'] as Operand),
});
