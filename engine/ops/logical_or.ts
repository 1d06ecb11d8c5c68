// Logical or.

import { elementwise } from '../families/elementwise.ts';
import { neutral } from '../families/laws.ts';

export const logical_or = elementwise({
  name: 'logical_or',
  doc: { text: 'Whether one of the two is true, or both; numbers are true when they are not 0.', math: 'x ∨ y' },
  operands: ['x', 'y'],
  accepts: 'bool',
  result: 'bool',
  evalInteger: (x, y) => x | y,
  lowerBool: (v, x, y) => v.or(x, y),
  laws: { neutral: neutral({ bool: false }), settles: true },
});
