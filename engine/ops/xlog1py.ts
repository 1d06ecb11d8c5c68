// Product with a logarithm of one plus.

import { elementwise } from '../families/elementwise.ts';
import { unless } from '../families/kinks.ts';
import { xlog1py as xlog1pyOf } from '../numeric/xlogy.ts';

export const xlog1py = elementwise({
  name: 'xlog1py',
  family: 'special',
  doc: {
    text: 'x ln(1 + y), 0 where x is 0 whatever y is. Where x is 0 and y is −1 the slopes are 0.',
    math: 'x ln(1 + y)',
  },
  operands: ['x', 'y'],
  accepts: 'float',
  eval: xlog1pyOf,
  lower: (v, x, y) => v.use('xlog1py', x, y),
  partials: [
    (b, [x, y]) => unless(b, b.logical_and(b.equal(x, 0), b.less_equal(y, -1)), b.log1p(y)),
    (b, [x, y]) => unless(b, b.logical_and(b.equal(x, 0), b.equal(y, -1)), b.divide(x, b.add(y, 1))),
  ],
  domain: [
    [-3, 3],
    [-0.7, 3],
  ],
  cost: 11,
});
