// Silu, with straight lines in place of the logistic function.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const hard_silu = composite({
  name: 'hard_silu',
  family: 'activation',
  doc: { text: 'x times the hard sigmoid of x.', math: 'x relu6(x + 3) / 6' },
  aliases: ['hard_swish', 'hardswish'],
  params: [{ name: 'x', kind: 'tensor' }],
  samples: [{ operands: [{ shape: [4], values: [-4, -1, 2.5, 3.5] }] }],
  body(b, args) {
    const [x] = b.promote([args['x'] as Operand], 'float');
    // Below −3 it is 0, at −∞ too.
    return b.where(b.equal(x, -Infinity), 0, b.multiply(x, b.hard_sigmoid(x)));
  },
});
