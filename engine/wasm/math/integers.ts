// Powers and shifts of integers on vectors: modulo the width, as the interpreter wraps.

import type { Lanes, Vec } from '../lanes.ts';
import { multiplied } from './power.ts';

/** x^n for an integer n ≥ 0. */
export const naturalPower = (v: Lanes, x: Vec, n: number): Vec => (n === 0 ? v.const(1) : multiplied(v, x, n));

/** The quotient rounded towards zero: the least integer by −1 wraps to itself. */
export function truncQuotient(v: Lanes, x: Vec, y: Vec): Vec {
  const minus = v.eq(y, v.const(-1));
  return v.select(minus, v.neg(x), v.quotient(x, v.select(minus, v.const(1), y)));
}

export const truncRest = (v: Lanes, x: Vec, y: Vec): Vec => v.rest(x, y);

/** What a division leaves that is rounded down, and where that is another number than rounded towards zero. */
function roundedDown(v: Lanes, x: Vec, y: Vec): { readonly rest: Vec; readonly down: Vec } {
  const rest = v.rest(x, y);
  return { rest, down: v.and(v.ne(rest, v.const(0)), v.lt(v.xor(rest, y), v.const(0))) };
}

/** The quotient rounded down: a mask as an integer is −1. */
export const floorQuotient = (v: Lanes, x: Vec, y: Vec): Vec =>
  v.add(truncQuotient(v, x, y), v.asInt(roundedDown(v, x, y).down));

export function floorRest(v: Lanes, x: Vec, y: Vec): Vec {
  const { rest, down } = roundedDown(v, x, y);
  return v.add(rest, v.and(y, down));
}

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
