// Shrinking towards 0.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const softshrink = composite({
  name: 'softshrink',
  family: 'activation',
  doc: {
    text: 'x moved towards 0 by lambd, and 0 where it is nearer than that.',
    source: 'torch.nn.functional.softshrink',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'lambd', kind: 'float', default: 0.5 },
  ],
  samples: [{ operands: [{ shape: [4], values: [-2, -0.3, 0.4, 2] }] }],
  body(b, args) {
    const [x] = b.promote([args['x'] as Operand], 'float');
    const by = args['lambd'] as number;
    const outside = b.logical_not(b.less_equal(b.abs(x), by));
    return b.where(outside, b.subtract(x, b.multiply(b.sign(x), by)), 0);
  },
});
