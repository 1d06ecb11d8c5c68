// True division.

import { elementwise } from '../families/elementwise.ts';

export const divide = elementwise({
  name: 'divide',
  doc: { text: 'Quotient, element by element; integers are divided as floats.', math: 'x / y' },
  aliases: ['true_divide', 'div'],
  operands: ['x', 'y'],
  accepts: 'float',
  eval: (x, y) => x / y,
  lower: (v, x, y) => v.div(x, y),
  jvp: (b, { inputs: [, y], outputs: [z], tangents: [tx, ty] }) =>
    b.addAll([tx === null ? null : b.scaleDown(tx, y), ty === null ? null : b.negative(b.scale(ty, b.divide(z, y)))]),
  linear: [0],
  transpose: [(b, ct, [, y]) => b.scaleDown(ct, y), () => null],
  domain: [
    [-3, 3],
    [0.5, 3],
  ],
});
