// Subtraction.

import { elementwise, refuseBool } from '../families/elementwise.ts';
import { negated, neutral } from '../families/laws.ts';

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
  laws: {
    neutral: neutral({ float: 0, integer: () => 0n }, true),
    rewrite(b, [x, y]) {
      const ny = negated(y);
      return ny === null ? null : b.add(x, ny);
    },
  },
});
