// True division.

import { elementwise } from '../families/elementwise.ts';
import { exactReciprocal, knownNumber, negated, neutral, numberLike } from '../families/laws.ts';

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
  laws: {
    neutral: neutral({ float: 1 }, true),
    rewrite(b, [x, y]) {
      const [nx, ny] = [negated(x), negated(y)];
      if (nx !== null && ny !== null) return b.divide(nx, ny);
      const c = knownNumber(y);
      const factor = c === null ? null : exactReciprocal(Number(c), y.aval.dtype);
      return factor === null ? null : b.multiply(x, numberLike(b, y, factor));
    },
  },
});
