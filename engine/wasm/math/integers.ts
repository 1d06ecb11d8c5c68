// Powers and shifts of integers on vectors: modulo the width, as the interpreter wraps.

import type { Lanes, Vec } from '../lanes.ts';
import { multiplied } from './power.ts';

/** x^n for an integer n ≥ 0. */
export const naturalPower = (v: Lanes, x: Vec, n: number): Vec => (n === 0 ? v.const(1) : multiplied(v, x, n));

/** x with its bits moved by y places, one after the other those that each bit of y stands for. */
function shiftBy(v: Lanes, x: Vec, y: Vec, shift: (x: Vec, by: number) => Vec): Vec {
  let result = x;
  for (const by of v.type === 'i32' ? [1, 2, 4, 8, 16] : [1, 2, 4, 8, 16, 32]) {
    const wanted = v.eq(v.and(y, v.bits(by)), v.bits(by));
    result = v.select(wanted, shift(result, by), result);
  }
  return result;
}

/** Where a number of places is negative or no less than the width. */
const outside = (v: Lanes, y: Vec): Vec => v.or(v.lt(y, v.const(0)), v.ge(y, v.const(v.type === 'i32' ? 32 : 64)));

export const shiftLeft = (v: Lanes, x: Vec, y: Vec): Vec =>
  v.andnot(
    shiftBy(v, x, y, (z, by) => v.shl(z, by)),
    outside(v, y),
  );

export const shiftRight = (v: Lanes, x: Vec, y: Vec): Vec =>
  v.select(
    outside(v, y),
    v.asInt(v.lt(x, v.const(0))),
    shiftBy(v, x, y, (z, by) => v.sar(z, by)),
  );
