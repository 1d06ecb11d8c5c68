// Dropping what is small.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const hardshrink = composite({
  name: 'hardshrink',
  family: 'activation',
  doc: { text: 'x, and 0 where it is no further from 0 than lambd.', source: 'torch.nn.functional.hardshrink' },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'lambd', kind: 'float', default: 0.5 },
  ],
  samples: [{ operands: [{ shape: [4], values: [-2, -0.3, 0.4, 2] }] }],
  body(b, args) {
    const [x] = b.promote([args['x'] as Operand], 'float');
    return b.where(b.less_equal(b.abs(x), args['lambd'] as number), 0, x);
  },
});
