// Negation of truth.

import { elementwise } from '../families/elementwise.ts';

export const logical_not = elementwise({
  name: 'logical_not',
  doc: { text: 'True where the element is false or 0.', math: '¬x' },
  operands: ['x'],
  accepts: 'bool',
  result: 'bool',
  evalInteger: (x) => x === 0n,
  lowerBool: (v, x) => v.not(x),
  laws: { undoesItself: true, negates: true },
});
