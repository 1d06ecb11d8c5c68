// Bitwise not.

import { elementwise } from '../families/elementwise.ts';

export const bitwise_invert = elementwise({
  name: 'bitwise_invert',
  doc: { text: 'The bits that are not set; of bool, logical not.', math: '~x' },
  aliases: ['bitwise_not', 'invert'],
  operands: ['x'],
  accepts: 'integer',
  evalInteger: (x) => ~x,
  lowerInteger: (v, x) => v.not(x),
  before: (b, [x]) => (b.avalOf(x).dtype === 'bool' ? b.logical_not(x) : null),
  laws: { undoesItself: true },
});
