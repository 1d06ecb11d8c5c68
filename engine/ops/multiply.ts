// Multiplication.

import { elementwise } from '../families/elementwise.ts';
import { whereNotZero } from '../families/reads.ts';

export const multiply = elementwise({
  name: 'multiply',
  doc: { text: 'Product of two arrays, element by element.', math: 'x · y' },
  aliases: ['mul'],
  operands: ['x', 'y'],
  accepts: 'number',
  eval: (x, y) => x * y,
  evalInteger: (x, y) => x * y,
  lower: (v, x, y) => v.mul(x, y),
  lowerInteger: (v, x, y) => v.mul(x, y),
  lowerBool: (v, x, y) => v.and(x, y),
  partials: [(_b, [, y]) => y, (_b, [x]) => x],
  linear: [0, 1],
  reads: ({ known }, operand) => whereNotZero(known(1 - operand)),
  transpose: [(b, ct, [, y]) => b.scale(ct, y), (b, ct, [x]) => b.scale(ct, x)],
});
