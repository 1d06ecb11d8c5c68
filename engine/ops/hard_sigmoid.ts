// Logistic function, cut to straight lines.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const hard_sigmoid = composite({
  name: 'hard_sigmoid',
  family: 'activation',
  doc: {
    text: 'A straight line from 0 at −3 to 1 at 3, flat outside; at ±3 the slope is 0.',
    math: 'relu6(x + 3) / 6',
  },
  aliases: ['hardsigmoid'],
  params: [{ name: 'x', kind: 'tensor' }],
  samples: [{ operands: [{ shape: [4], values: [-4, -1, 2.5, 3.5] }] }],
  body: (b, { x }) => b.divide(b.relu6(b.add(x as Operand, 3)), 6),
});
