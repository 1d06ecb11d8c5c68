// Logical and.

import { elementwise } from '../families/elementwise.ts';
import { neutral } from '../families/laws.ts';

export const logical_and = elementwise({
  name: 'logical_and',
  doc: { text: 'Whether both are true; numbers are true when they are not 0.', math: 'x ∧ y' },
  operands: ['x', 'y'],
  accepts: 'bool',
  result: 'bool',
  evalInteger: (x, y) => x & y,
  lowerBool: (v, x, y) => v.and(x, y),
  laws: { neutral: neutral({ bool: true }), settles: true },
});
