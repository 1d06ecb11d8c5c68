// The larger of two, NaN left out.

import { elementwise } from '../families/elementwise.ts';
import { extremumOfTwo } from '../families/kinks.ts';

export const fmax = elementwise({
  name: 'fmax',
  doc: { text: 'The larger of two; the other one where one is NaN. At a tie each has slope 1/2.' },
  operands: ['x', 'y'],
  accepts: 'number',
  eval: (x, y) => (Number.isNaN(x) ? y : Number.isNaN(y) ? x : Math.max(x, y)),
  evalInteger: (x, y) => (x > y ? x : y),
  lower: (v, x, y) => v.use('fmax', x, y),
  lowerInteger: (v, x, y) => v.max(x, y),
  lowerBool: (v, x, y) => v.or(x, y),
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
