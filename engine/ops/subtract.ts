// Subtraction.

import { elementwise, refuseBool } from '../families/elementwise.ts';

export const subtract = elementwise({
  name: 'subtract',
  doc: { text: 'Difference of two arrays, element by element.', math: 'x − y' },
  aliases: ['sub'],
  operands: ['x', 'y'],
  accepts: 'number',
  eval: (x, y) => x - y,
  evalInteger: (x, y) => x - y,
  lower: (v, x, y) => v.sub(x, y),
  lowerInteger: (v, x, y) => v.sub(x, y),
  partials: [() => 1, () => -1],
  before: refuseBool('subtract', 'logical_xor(x, y) tells where they differ.'),
  linear: [0, 1],
  transpose: [(_b, ct) => ct, (b, ct) => b.negative(ct)],
});
