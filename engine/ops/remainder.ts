// Remainder with the sign of the divisor.

import { elementwise } from '../families/elementwise.ts';
import { floorRemainderInteger, onIntegers, quotientOf } from '../families/division.ts';
import { widen } from '../families/shifts.ts';
import { remainder as remainderOf } from '../numeric/rounding.ts';

export const remainder = elementwise({
  name: 'remainder',
  doc: {
    text: 'What a division rounded down leaves: it has the sign of the divisor. An integer divided by 0 is an error.',
    math: 'x − y ⌊x / y⌋',
  },
  aliases: ['mod'],
  operands: ['x', 'y'],
  accepts: 'number',
  eval: remainderOf,
  evalInteger: floorRemainderInteger,
  lower: (v, x, y) => v.use('remainder', x, y),
  lowerInteger: onIntegers.floorRest,
  partials: [() => 1, (b, [x, y], z) => b.negative(quotientOf(b, x, y, z))],
  domain: [
    [1.1, 1.9],
    [2.1, 3],
  ],
  points: [
    [-7, 7.5, -1.25],
    [2.3, -2.2, -0.7],
  ],
  cost: 4,
  before: widen((b, x, y) => b.remainder(x, y)),
});
