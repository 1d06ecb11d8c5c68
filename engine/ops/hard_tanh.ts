// Tangent hyperbolic, cut to straight lines.

import { elementwise } from '../families/elementwise.ts';
import { carryNaN, keep } from '../families/kinks.ts';

export const hard_tanh = elementwise({
  name: 'hard_tanh',
  family: 'activation',
  doc: {
    text: 'x between the bounds, else the nearer bound; at the bounds the slope is 0.',
    math: 'min(max(x, min_val), max_val)',
  },
  aliases: ['hardtanh'],
  operands: ['x'],
  attributes: [
    { name: 'min_val', kind: 'float', default: -1, keyword: true },
    { name: 'max_val', kind: 'float', default: 1, keyword: true },
  ],
  accepts: 'float',
  evalWith:
    ({ min_val: low, max_val: high }) =>
    (x) =>
      Math.min(Math.max(x, low as number), high as number),
  lowerWith:
    ({ min_val: low, max_val: high }) =>
    (v, x) =>
      v.min(v.max(x, v.const(low as number)), v.const(high as number)),
  jvp(b, { inputs: [x], tangents: [t], attrs }) {
    const inside = b.logical_and(b.greater(x, attrs['min_val'] as number), b.less(x, attrs['max_val'] as number));
    return keep(b, b.logical_or(inside, b.isnan(x)), carryNaN(b, x, t!));
  },
  domain: [[-0.9, 0.9]],
  points: [[-2, 0.5, 1.5]],
  cost: 2,
});
