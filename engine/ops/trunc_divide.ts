// Division rounded towards zero.

import { elementwise } from '../families/elementwise.ts';
import { onIntegers, truncDivide, truncDivideInteger } from '../families/division.ts';
import { widen } from '../families/shifts.ts';

export const trunc_divide = elementwise({
  name: 'trunc_divide',
  doc: { text: 'Quotient rounded towards zero; an integer divided by 0 is an error.' },
  operands: ['x', 'y'],
  accepts: 'number',
  eval: truncDivide,
  evalInteger: truncDivideInteger,
  lower: (v, x, y) => v.use('trunc_divide', x, y),
  lowerInteger: onIntegers.truncQuotient,
  differentiable: 'zero',
  cost: 2,
  before: widen((b, x, y) => b.trunc_divide(x, y)),
});
