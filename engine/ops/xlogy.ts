// Product with a logarithm.

import { elementwise } from '../families/elementwise.ts';
import { unless } from '../families/kinks.ts';
import { xlogy as xlogyOf } from '../numeric/xlogy.ts';

export const xlogy = elementwise({
  name: 'xlogy',
  family: 'special',
  doc: {
    text: 'x ln y, 0 where x is 0 whatever y is. Where both are 0 the slopes are 0.',
    math: 'x ln y',
  },
  aliases: ['lmultiply'],
  operands: ['x', 'y'],
  accepts: 'float',
  eval: xlogyOf,
  lower: (v, x, y) => v.use('xlogy', x, y),
  partials: [
    (b, [x, y]) => unless(b, b.logical_and(b.equal(x, 0), b.less_equal(y, 0)), b.log(y)),
    (b, [x, y]) => unless(b, b.logical_and(b.equal(x, 0), b.equal(y, 0)), b.divide(x, y)),
  ],
  domain: [
    [-3, 3],
    [0.3, 3],
  ],
  cost: 11,
});
