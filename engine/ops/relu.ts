// Rectifier.

import { elementwise } from '../families/elementwise.ts';
import { carryNaN, keep } from '../families/kinks.ts';

export const relu = elementwise({
  name: 'relu',
  family: 'activation',
  doc: {
    text: 'x where it is positive, else 0. The slope at 0 is 0; of NaN value and slope are NaN.',
    math: 'max(x, 0)',
  },
  operands: ['x'],
  accepts: 'number',
  eval: (x) => Math.max(x, 0),
  evalInteger: (x) => (x > 0n ? x : 0n),
  lower: (v, x) => v.use('relu', x),
  lowerInteger: (v, x) => v.max(x, v.const(0)),
  lowerBool: (_v, x) => x,
  jvp: (b, { inputs: [x], tangents: [t] }) => keep(b, b.logical_or(b.greater(x, 0), b.isnan(x)), carryNaN(b, x, t!)),
  domain: [[0.2, 3]],
  points: [[-2, -0.5, 0.7]],
});
