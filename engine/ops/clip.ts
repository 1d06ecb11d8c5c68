// Limiting to an interval.

import { isFloat, promote } from '../ir/aval.ts';
import { elementwise } from '../families/elementwise.ts';
import { carryNaN, halve, keep } from '../families/kinks.ts';
import { highest, lowest } from '../families/reduction.ts';
import type { Operand } from '../op.ts';

export const clip = elementwise({
  name: 'clip',
  doc: {
    text:
      'x where it lies between the bounds, else the nearer bound; max where min is above max. A bound may be left out. On a ' +
      'bound the slope is 1 in x and 0 in the bound, so that a parameter that sits there can move.',
    math: 'min(max(x, min), max)',
  },
  aliases: ['clamp', 'clamp_min'],
  operands: ['x', 'min', 'max'],
  optional: ['min', 'max'],
  accepts: 'number',
  eval: (x, low, high) => Math.min(Math.max(x, low), high),
  evalInteger(x, low, high) {
    const raised = x > low ? x : low;
    return raised < high ? raised : high;
  },
  lower: (v, x, low, high) => v.min(v.max(x, low), high),
  lowerInteger: (v, x, low, high) => v.min(v.max(x, low), high),
  lowerBool: (v, x, low, high) => v.and(v.or(x, low), high),
  jvp(b, { inputs: [x, low, high], tangents: [tx, tlow, thigh] }) {
    const between = b.logical_and(b.less_equal(low, x), b.less_equal(x, high));
    const below = b.less(x, low);
    // min(max(x, min), max) where the bounds meet: below them they tie.
    const meet = b.equal(low, high);
    return b.addAll([
      tx === null ? null : keep(b, b.logical_or(between, b.isnan(x)), carryNaN(b, x, tx)),
      tlow === null
        ? null
        : keep(b, b.logical_or(b.logical_and(below, b.less_equal(low, high)), b.isnan(low)), halve(b, meet, tlow)),
      thigh === null
        ? null
        : keep(
            b,
            b.logical_or(
              b.logical_or(b.greater(x, high), b.greater(low, high)),
              b.logical_or(b.logical_and(below, meet), b.isnan(high)),
            ),
            halve(b, b.logical_and(below, meet), thigh),
          ),
    ]);
  },
  domain: [
    [0, 1],
    [-2, -0.5],
    [1.5, 3],
  ],
  points: [
    [-3, 0, 5, 0.5],
    [-1, -1, -1, 2],
    [2, 1, 3, 1],
  ],
  before(b, [x, low, high]) {
    const bounds = [low, high] as (Operand | null)[];
    if (!bounds.includes(null)) return null;
    const given = [x, ...bounds].filter((v) => v !== null);
    const { dtype } = promote(
      given.map((v) => b.avalOf(v)),
      b.context.defaultFloat,
    );
    const free = (end: typeof lowest): Operand => (isFloat(dtype) ? end(dtype) : b.cast(end(dtype), dtype));
    return b.clip(x, bounds[0] ?? free(lowest), bounds[1] ?? free(highest));
  },
});
