// Bitwise exclusive or.

import { elementwise } from '../families/elementwise.ts';
import { neutral } from '../families/laws.ts';

export const bitwise_xor = elementwise({
  name: 'bitwise_xor',
  doc: { text: 'The bits that are set in exactly one of two integers; of bool, exclusive or.', math: 'x ^ y' },
  operands: ['x', 'y'],
  accepts: 'integer',
  evalInteger: (x, y) => x ^ y,
  lowerInteger: (v, x, y) => v.xor(x, y),
  lowerBool: (v, x, y) => v.xor(x, y),
  laws: { neutral: neutral({ integer: () => 0n, bool: false }) },
});
