// The larger of two.

import { elementwise } from '../families/elementwise.ts';
import { extremumOfTwo } from '../families/kinks.ts';
import { neutral } from '../families/laws.ts';
import { lowest } from '../families/reduction.ts';

export const maximum = elementwise({
  name: 'maximum',
  doc: {
    text:
      'The larger of two, element by element; NaN if one is NaN, and then the slope is that of the NaN. ' +
      'At a tie each has slope 1/2, the subgradient of least norm.',
    math: 'max(x, y)',
  },
  operands: ['x', 'y'],
  accepts: 'number',
  eval: Math.max,
  evalInteger: (x, y) => (x > y ? x : y),
  lower: (v, x, y) => v.max(x, y),
  lowerInteger: (v, x, y) => v.max(x, y),
  lowerBool: (v, x, y) => v.or(x, y),
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
    neutral: neutral({ float: -Infinity, integer: (dtype) => BigInt(lowest(dtype)), bool: false }),
    settles: true,
  },
});
