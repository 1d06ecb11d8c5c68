// Exclusive or.

import { elementwise } from '../families/elementwise.ts';

export const logical_xor = elementwise({
  name: 'logical_xor',
  doc: { text: 'Whether exactly one of the two is true; numbers are true when they are not 0.', math: 'x ⊕ y' },
  operands: ['x', 'y'],
  accepts: 'bool',
  result: 'bool',
  evalInteger: (x, y) => x ^ y,
  lowerBool: (v, x, y) => v.xor(x, y),
});
