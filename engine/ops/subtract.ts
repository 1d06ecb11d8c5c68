// Subtraction.

import { elementwise } from '../families/elementwise.ts';

export const subtract = elementwise({
  name: 'subtract',
  doc: { text: 'Difference of two arrays, element by element.', math: 'x − y' },
  aliases: ['sub'],
  operands: ['x', 'y'],
  accepts: 'number',
  eval: (x, y) => x - y,
  evalInteger: (x, y) => x - y,
  partials: [() => 1, () => -1],
  linear: [0, 1],
  transpose: [(_b, ct) => ct, (b, ct) => b.negative(ct)],
});
