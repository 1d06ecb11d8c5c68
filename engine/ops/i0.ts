// Modified Bessel function of order 0.

import { elementwise } from '../families/elementwise.ts';
import { i0 as i0Of } from '../numeric/bessel.ts';

export const i0 = elementwise({
  name: 'i0',
  family: 'special',
  doc: { text: 'Modified Bessel function of the first kind of order 0.', math: 'I₀(x)' },
  operands: ['x'],
  accepts: 'float',
  eval: i0Of,
  lower: (v, x) => v.use('i0', x),
  partials: [(b, [x]) => b.i1(x)],
  cost: 40,
});
