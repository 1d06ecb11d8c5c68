// Bitwise or.

import { elementwise } from '../families/elementwise.ts';
import { neutral } from '../families/laws.ts';

export const bitwise_or = elementwise({
  name: 'bitwise_or',
  doc: { text: 'The bits that are set in one of two integers, or in both; of bool, logical or.', math: 'x | y' },
  operands: ['x', 'y'],
  accepts: 'integer',
  evalInteger: (x, y) => x | y,
  lowerInteger: (v, x, y) => v.or(x, y),
  lowerBool: (v, x, y) => v.or(x, y),
  laws: { neutral: neutral({ integer: () => 0n, bool: false }), settles: true },
});
