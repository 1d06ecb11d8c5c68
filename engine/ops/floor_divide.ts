// Division rounded down.

import { elementwise } from '../families/elementwise.ts';
import { floorDivide, floorDivideInteger, onIntegers } from '../families/division.ts';
import { widen } from '../families/shifts.ts';

export const floor_divide = elementwise({
  name: 'floor_divide',
  doc: { text: 'Quotient rounded down; an integer divided by 0 is an error.', math: '⌊x / y⌋' },
  aliases: ['rfloordiv'],
  operands: ['x', 'y'],
  accepts: 'number',
  eval: floorDivide,
  evalInteger: floorDivideInteger,
  lower: (v, x, y) => v.use('floor_divide', x, y),
  lowerInteger: onIntegers.floorQuotient,
  differentiable: 'zero',
  cost: 4,
  before: widen((b, x, y) => b.floor_divide(x, y)),
});
