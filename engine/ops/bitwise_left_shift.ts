// Shift to the left.

import { elementwise } from '../families/elementwise.ts';
import { widen } from '../families/shifts.ts';
import { neutral } from '../families/laws.ts';

export const bitwise_left_shift = elementwise({
  name: 'bitwise_left_shift',
  doc: {
    text: 'x with its bits moved up by y places; 0 where y is negative or no less than the width.',
    math: 'x << y',
  },
  aliases: ['left_shift'],
  operands: ['x', 'y'],
  accepts: 'integer',
  evalInteger: (x, y) => (y < 0n || y > 63n ? 0n : x << y),
  lowerInteger: (v, x, y) => v.use('bitwise_left_shift', x, y),
  before: widen((b, x, y) => b.bitwise_left_shift(x, y)),
  laws: { neutral: neutral({ integer: () => 0n }, true) },
});
