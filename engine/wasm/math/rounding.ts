// Signs, extrema, whole divisions and remainders on vectors, with the bits of the interpreter's.

import type { Lanes, Vec } from '../lanes.ts';
import { either, layoutOf, nearestSmall, product, signBit, signMask, signOf, twoSum, withSign } from './parts.ts';

/** −1, 1, or x where it is ±0 or NaN. */
export const sign = (v: Lanes, x: Vec): Vec => v.select(v.gt(v.abs(x), v.const(0)), withSign(v, v.const(1), x), x);

/** |x| with the sign of y, where that is no NaN. */
export const copysign = (v: Lanes, x: Vec, y: Vec): Vec => v.or(v.abs(x), v.and(signOf(v, y), v.eq(y, y)));

/** To the nearest integer, ties to even: in parts that V8 joins into pairs. */
export function nearest(v: Lanes, x: Vec): Vec {
  const size = v.abs(x);
  return v.select(v.lt(size, v.const(2 ** layoutOf(v).fraction)), withSign(v, nearestSmall(v, size), x), x);
}

export function floor(v: Lanes, x: Vec): Vec {
  const n = nearest(v, x);
  return v.sub(n, v.and(v.const(1), v.gt(n, x)));
}

/** The sign of x stays where −x is cut to zero. */
export function ceil(v: Lanes, x: Vec): Vec {
  const n = nearest(v, x);
  return withSign(v, v.add(n, v.and(v.const(1), v.lt(n, x))), x);
}

export function trunc(v: Lanes, x: Vec): Vec {
  const size = v.abs(x);
  return withSign(v, floor(v, size), x);
}

/** The larger of two, NaN giving way to a number. */
export const fmax = (v: Lanes, x: Vec, y: Vec): Vec => unlessNaN(v, x, y, v.max(x, y));
export const fmin = (v: Lanes, x: Vec, y: Vec): Vec => unlessNaN(v, x, y, v.min(x, y));

const unlessNaN = (v: Lanes, x: Vec, y: Vec, z: Vec): Vec => v.select(v.ne(x, x), y, v.select(v.ne(y, y), x, z));

/** max(x, 0): +0 for −0, NaN for NaN. */
export const relu = (v: Lanes, x: Vec): Vec => v.andnot(x, v.le(x, v.const(0)));

/** 0 below 0, y at 0, 1 above. */
export function heaviside(v: Lanes, x: Vec, y: Vec): Vec {
  const zero = v.const(0);
  const step = v.or(v.and(v.const(1), v.gt(x, zero)), v.ne(x, x));
  return v.select(v.eq(x, zero), y, step);
}

interface Division {
  /** trunc(|x| / |y|), and |x| less so many |y|. */
  readonly quotient: Vec;
  readonly rest: Vec;
  /** Where the quotient has more digits than the type, or is close to it. */
  readonly long: Vec;
}

/** The exact remainder of magnitudes: the rounded ratio is off by one at most. */
function divide(v: Lanes, x: Vec, y: Vec): Division {
  const [a, b] = [v.abs(x), v.abs(y)];
  const ratio = v.div(a, b);
  const guess = nearestSmall(v, ratio);
  let rest: Vec;
  let long = v.gt(ratio, either(v, 2 ** 22, 2 ** 51));
  if (v.fused) rest = v.nfma(guess, b, a);
  else {
    const [high, low] = product(v, guess, b);
    rest = v.sub(v.sub(a, high), low);
    // Where the exact product would overflow or be subnormal on the way.
    const unsafe = v.or(v.gt(a, either(v, 2 ** 110, 2 ** 990)), v.lt(b, either(v, 2 ** -100, 2 ** -960)));
    long = v.or(long, v.and(unsafe, v.ge(a, b)));
  }
  const over = v.lt(rest, v.const(0));
  const under = v.ge(rest, b);
  const one = v.const(1);
  const moved = v.sub(v.add(rest, v.and(b, over)), v.and(b, under));
  const smaller = v.lt(a, b);
  return {
    quotient: v.andnot(v.add(v.sub(guess, v.and(one, over)), v.and(one, under)), smaller),
    rest: v.select(smaller, a, moved),
    long,
  };
}

/** x − y trunc(x / y), with the sign of x. */
export function fmod(v: Lanes, x: Vec, y: Vec): Vec {
  const { rest, long } = divide(v, x, y);
  return v.rarely(long, 'fmod', [x, y], withSign(v, v.abs(rest), x));
}

/** x − y ⌊x / y⌋, with the sign of y. */
export function remainder(v: Lanes, x: Vec, y: Vec): Vec {
  const { rest, long } = divide(v, x, y);
  const signed = v.xor(v.abs(rest), signOf(v, x));
  const opposite = v.xor(signMask(v, x), signMask(v, y));
  const moved = v.add(signed, v.and(y, opposite));
  const result = v.select(v.eq(rest, v.const(0)), signOf(v, y), moved);
  return v.rarely(long, 'remainder', [x, y], result);
}

/** ⌊x / y⌋, exactly. */
export function floorDivide(v: Lanes, x: Vec, y: Vec): Vec {
  const { quotient, rest, long } = divide(v, x, y);
  const zero = v.const(0);
  const opposite = v.xor(v.lt(x, zero), v.lt(y, zero));
  const inexact = v.ne(rest, zero);
  const size = v.add(quotient, v.and(v.const(1), v.and(inexact, opposite)));
  const result = v.xor(v.add(size, v.sub(rest, rest)), v.and(signBit(v), opposite));
  return v.rarely(v.or(long, v.eq(y, zero)), 'floor_divide', [x, y], result);
}

/** trunc(x / y); of float32 from the quotient in float64, which does not round up to an integer. */
export function truncDivide(v: Lanes, x: Vec, y: Vec): Vec {
  if (v.type === 'f64') return trunc(v, v.div(x, y));
  const d = v.as('f64');
  return d.narrow(d.trunc(d.div(v.widen(x), v.widen(y))));
}

/** x y + z, rounded once. */
export function fma(v: Lanes, x: Vec, y: Vec, z: Vec): Vec {
  if (v.fused) return v.fma(x, y, z);
  if (v.type === 'f64') return v.scalar('fma', x, y, z);
  // The product is exact in float64; the sum rounded to odd there, which rounding again does no harm.
  const d = v.as('f64');
  const [high, low] = twoSum(d, d.mul(v.widen(x), v.widen(y)), v.widen(z));
  const even = d.ieq(d.and(d.asInt(high), d.bits(1)), d.bits(0));
  const inexact = d.and(d.ne(low, d.const(0)), d.lt(d.abs(high), d.const(Infinity)));
  // One bit up where the rest has the sign of the sum, else one down.
  const opposite = signMask(d, d.xor(high, low));
  const delta = d.or(d.asInt(opposite), d.bits(1));
  const odd = d.iadd(d.asInt(high), d.and(d.and(delta, even), inexact));
  return d.narrow(d.asFloat(odd));
}
