// The smaller of two.

import { elementwise } from '../families/elementwise.ts';
import { extremumOfTwo } from '../families/kinks.ts';
import { neutral } from '../families/laws.ts';
import { highest } from '../families/reduction.ts';

export const minimum = elementwise({
  name: 'minimum',
  doc: {
    text:
      'The smaller of two, element by element; NaN if one is NaN, and then the slope is that of the NaN. ' +
      'At a tie each has slope 1/2, the subgradient of least norm.',
    math: 'min(x, y)',
  },
  operands: ['x', 'y'],
  accepts: 'number',
  eval: Math.min,
  evalInteger: (x, y) => (x < y ? x : y),
  lower: (v, x, y) => v.min(x, y),
  lowerInteger: (v, x, y) => v.min(x, y),
  lowerBool: (v, x, y) => v.and(x, y),
  jvp: extremumOfTwo((b, x, z) => b.logical_or(b.equal(x, z), b.isnan(x))),
  domain: [
    [0.2, 2],
    [2.2, 4],
  ],
  points: [
    [-1, 3, 0.5, 2],
    [1, 2.5, -0.5, 0.3],
  ],
  laws: {
    neutral: neutral({ float: Infinity, integer: (dtype) => BigInt(highest(dtype)), bool: true }),
    settles: true,
  },
});
