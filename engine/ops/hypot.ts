// Length of a vector of two.

import { elementwise } from '../families/elementwise.ts';
import { unless } from '../families/kinks.ts';
import { hypot as hypotOf } from '../numeric/elementary.ts';

export const hypot = elementwise({
  name: 'hypot',
  doc: {
    text: 'The length of the vector (x, y), without overflow. At the origin both slopes are 0.',
    math: '√(x² + y²)',
  },
  operands: ['x', 'y'],
  accepts: 'float',
  eval: hypotOf,
  lower: (v, x, y) => v.use('hypot', x, y),
  partials: [
    (b, [x], r) => unless(b, b.equal(r, 0), b.divide(x, r)),
    (b, [, y], r) => unless(b, b.equal(r, 0), b.divide(y, r)),
  ],
  domain: [
    [0.3, 3],
    [-3, -0.3],
  ],
  cost: 5,
});
