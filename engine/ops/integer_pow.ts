// Power with a fixed integer exponent.

import { isFloat } from '../ir/aval.ts';
import { elementwise } from '../families/elementwise.ts';
import { integerPower, onVectors, requireNatural, wrappedPower } from '../families/powers.ts';

export const integer_pow = elementwise({
  name: 'integer_pow',
  doc: { text: 'Power with a fixed integer exponent, with exact derivatives of every order, at 0 too.', math: 'x^y' },
  operands: ['x'],
  attributes: [{ name: 'y', kind: 'int', doc: 'The exponent.' }],
  accepts: 'number',
  evalWith:
    ({ y }) =>
    (x) =>
      integerPower(x, y as number),
  evalIntegerWith:
    ({ y }) =>
    (x) =>
      wrappedPower(x, BigInt(y as number)),
  lowerWith: ({ y }) => onVectors.whole(y as number),
  lowerIntegerWith: ({ y }) => onVectors.ofIntegers(y as number),
  partials: [
    (b, [x], _y, { y }) => {
      const n = y as number;
      if (n === 0 || n === 1) return n;
      return b.multiply(n === 2 ? x : b.integer_pow(x, { y: n - 1 }), n);
    },
  ],
  before(b, [x], { y }) {
    if (!isFloat(b.avalOf(x).dtype)) requireNatural(y as number);
    return null;
  },
  samples: [
    { operands: [{ shape: [5] }], attrs: { y: 2 } },
    { operands: [{ shape: [2, 3] }], attrs: { y: 5 } },
    { operands: [{ shape: [4], range: [0.5, 2] }], attrs: { y: -3 } },
    { operands: [{ shape: [4] }], attrs: { y: 0 } },
    { operands: [{ shape: [] }], attrs: { y: 1 } },
    { operands: [{ shape: [4], dtype: 'int64', range: [-5, 5] }], attrs: { y: 3 } },
  ],
  cost: 5,
  laws: {
    rewrite(b, [x], { y }) {
      switch (y) {
        case 0:
          return b.fill(x.aval, isFloat(x.aval.dtype) ? 1 : 1n);
        case 1:
          return x;
        case 2:
          return b.multiply(x, x);
        case -1:
          return isFloat(x.aval.dtype) ? b.reciprocal(x) : null;
        default:
          return null;
      }
    },
  },
});
