// Multiplication.

import { isFloat } from '../ir/aval.ts';
import { elementwise } from '../families/elementwise.ts';
import { whereNotZero } from '../families/reads.ts';
import { knownNumber, negated, neutral, numberLike } from '../families/laws.ts';

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
  laws: {
    neutral: neutral({ float: 1, integer: () => 1n, bool: true }),
    rewrite(b, [x, y]) {
      const [nx, ny] = [negated(x), negated(y)];
      if (nx !== null && ny !== null) return b.multiply(nx, ny);
      for (const [factor, other, inside] of [
        [x, y, ny],
        [y, x, nx],
      ] as const) {
        const c = knownNumber(factor);
        if (c === null || factor.aval.dtype === 'bool' || factor.aval.dtype === 'uint8') continue;
        if (Number(c) === -1) return b.negative(other);
        // A bigint wraps where the number has no negative.
        if (inside !== null)
          return b.multiply(inside, numberLike(b, factor, isFloat(factor.aval.dtype) ? -c : -BigInt(c)));
      }
      return null;
    },
  },
});
