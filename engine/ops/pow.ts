// Power.

import { broadcastShapes, isFloat } from '../ir/aval.ts';
import { scalarConstant } from '../ir/builder.ts';
import { elementwise } from '../families/elementwise.ts';
import { unless } from '../families/kinks.ts';
import { requireNatural, wrappedPower } from '../families/powers.ts';
import { pow as powOf } from '../numeric/elementary.ts';
import type { Operand } from '../op.ts';

function constantExponent(y: Operand): number | null {
  if (typeof y !== 'object') return Number(y);
  const scalar = scalarConstant(y);
  return scalar === null ? null : Number(scalar.data[0]);
}

export const pow = elementwise({
  name: 'pow',
  doc: {
    text:
      'x to the power y. A constant exponent has the exact derivative everywhere (that of x² at 0 is 0, that of x⁰ is 0); the ' +
      'slope in y is ln(x) times the power, NaN for negative x, and computed only where it is asked for. An integer to a ' +
      'negative integer power is an error.',
    math: 'x^y',
  },
  aliases: ['power'],
  operands: ['x', 'y'],
  accepts: 'number',
  eval: powOf,
  evalInteger: wrappedPower,
  lower: (v, x, y) => v.use('pow', x, y),
  lowerInteger: (v, x, y) => v.power(x, y),
  partials: [
    // 0⁰⁻¹ is infinite, and x⁰ is 1 for every x.
    (b, [x, y]) => unless(b, b.logical_and(b.equal(x, 0), b.equal(y, 0)), b.multiply(y, b.pow(x, b.subtract(y, 1)))),
    // 0^y is 0 for every y above 0.
    (b, [x, y], z) => unless(b, b.logical_and(b.equal(x, 0), b.greater_equal(y, 0)), b.multiply(z, b.log(x))),
  ],
  domain: [
    [0.3, 3],
    [-2, 2],
  ],
  cost: 15,
  before(b, [x, y]) {
    const [base] = b.promote([x, y]);
    const exponent = constantExponent(y);
    if (base.aval.dtype === 'bool') return b.pow(b.cast(x, 'int64'), b.cast(y, 'int64'));
    if (exponent === null || !Number.isFinite(exponent)) return null;
    const wide = b.broadcast(base, broadcastShapes([base.aval.shape, b.avalOf(y).shape], ['x', 'y']));
    if (!isFloat(base.aval.dtype)) requireNatural(exponent);
    return Number.isInteger(exponent) ? b.integer_pow(wide, { y: exponent }) : b.scalar_pow(wide, { y: exponent });
  },
  samples: [
    { operands: [{ shape: [5], range: [0.3, 3] }, { shape: [5] }] },
    {
      operands: [
        { shape: [2, 3], range: [0.3, 3] },
        { shape: [3], range: [-2, 2] },
      ],
    },
    {
      operands: [
        { shape: [], range: [0.3, 3] },
        { shape: [], range: [-2, 2] },
      ],
    },
    {
      operands: [
        { shape: [4], dtype: 'int64', range: [-5, 5] },
        { shape: [4], dtype: 'int64', range: [0, 4] },
      ],
    },
  ],
});
