// Remainder with the sign of the dividend.

import { elementwise } from '../families/elementwise.ts';
import { onIntegers, quotientOf, truncRemainderInteger } from '../families/division.ts';
import { widen } from '../families/shifts.ts';

export const fmod = elementwise({
  name: 'fmod',
  doc: {
    text: 'What a division rounded towards zero leaves: it has the sign of the dividend. An integer divided by 0 is an error.',
    math: 'x − y trunc(x / y)',
  },
  aliases: ['rem'],
  operands: ['x', 'y'],
  accepts: 'number',
  eval: (x, y) => x % y,
  evalInteger: truncRemainderInteger,
  lower: (v, x, y) => v.use('fmod', x, y),
  lowerInteger: onIntegers.truncRest,
  partials: [() => 1, (b, [x, y], z) => b.negative(quotientOf(b, x, y, z))],
  domain: [
    [1.1, 1.9],
    [2.1, 3],
  ],
  points: [
    [-7, 7.5, -1.25],
    [2.3, -2.2, -0.7],
  ],
  cost: 2,
  before: widen((b, x, y) => b.fmod(x, y)),
});
