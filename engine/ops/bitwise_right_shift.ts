// Shift to the right.

import { elementwise } from '../families/elementwise.ts';
import { widen } from '../families/shifts.ts';
import { neutral } from '../families/laws.ts';

export const bitwise_right_shift = elementwise({
  name: 'bitwise_right_shift',
  doc: {
    text: 'x with its bits moved down by y places, copies of the sign coming in from above; only copies of it where y is negative or no less than the width.',
    math: 'x >> y',
  },
  aliases: ['right_shift'],
  operands: ['x', 'y'],
  accepts: 'integer',
  evalInteger: (x, y) => x >> (y < 0n || y > 63n ? 63n : y),
  lowerInteger: (v, x, y) => v.use('bitwise_right_shift', x, y),
  before: widen((b, x, y) => b.bitwise_right_shift(x, y)),
  laws: { neutral: neutral({ integer: () => 0n }, true) },
});
