// One number with the sign of another.

import { elementwise } from '../families/elementwise.ts';

const negative = (x: number): boolean => x < 0 || Object.is(x, -0);

export const copysign = elementwise({
  name: 'copysign',
  doc: { text: 'The absolute value of x with the sign of y. The slope in x is 0 at 0, and the slope in y is 0.' },
  operands: ['x', 'y'],
  accepts: 'float',
  eval: (x, y) => (negative(y) ? -Math.abs(x) : Math.abs(x)),
  lower: (v, x, y) => v.use('copysign', x, y),
  partials: [(b, [x, y]) => b.multiply(b.sign(x), b.copysign(1, y)), null],
  domain: [
    [0.3, 3],
    [-3, -0.3],
  ],
  points: [
    [-1, 2, -3],
    [1, -1, -2],
  ],
});
