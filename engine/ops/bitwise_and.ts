// Bitwise and.

import { elementwise } from '../families/elementwise.ts';
import { neutral } from '../families/laws.ts';

export const bitwise_and = elementwise({
  name: 'bitwise_and',
  doc: { text: 'The bits that are set in both integers; of bool, logical and.', math: 'x & y' },
  operands: ['x', 'y'],
  accepts: 'integer',
  evalInteger: (x, y) => x & y,
  lowerInteger: (v, x, y) => v.and(x, y),
  lowerBool: (v, x, y) => v.and(x, y),
  laws: { neutral: neutral({ integer: (dtype) => (dtype === 'uint8' ? 255n : -1n), bool: true }), settles: true },
});
