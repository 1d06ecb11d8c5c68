// The smaller of two, NaN left out.

import { elementwise } from '../families/elementwise.ts';
import { extremumOfTwo } from '../families/kinks.ts';

export const fmin = elementwise({
  name: 'fmin',
  doc: { text: 'The smaller of two; the other one where one is NaN. At a tie each has slope 1/2.' },
  operands: ['x', 'y'],
  accepts: 'number',
  eval: (x, y) => (Number.isNaN(x) ? y : Number.isNaN(y) ? x : Math.min(x, y)),
  evalInteger: (x, y) => (x < y ? x : y),
  lower: (v, x, y) => v.use('fmin', x, y),
  lowerInteger: (v, x, y) => v.min(x, y),
  lowerBool: (v, x, y) => v.and(x, y),
  jvp: extremumOfTwo((b, x, z) => b.logical_or(b.equal(x, z), b.isnan(z))),
  domain: [
    [0.2, 2],
    [2.2, 4],
  ],
  points: [
    [-1, 3, 0.5, 2],
    [1, 2.5, -0.5, 0.3],
  ],
});
