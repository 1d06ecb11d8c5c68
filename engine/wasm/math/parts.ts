// What the vector functions are made of: layouts of floats, signs, polynomials and products in two pieces.

import { invariant } from '../../errors.ts';
import type { Lanes, Vec } from '../lanes.ts';
import type { Table } from './tables.ts';

/** A number for each float type. */
export interface Pair {
  readonly f32: number;
  readonly f64: number;
}

/** How a float type is laid out, and its extremes. */
interface Layout {
  /** Bits of the fraction. */
  readonly fraction: number;
  readonly bias: number;
  /** 1.5 · 2^fraction: adding and subtracting it rounds to an integer, and leaves that in the low bits of the sum. */
  readonly magic: number;
  readonly largest: number;
  /** The smallest normal number. */
  readonly normal: number;
  /** The bits of 1, of the fraction and of √½. */
  readonly one: bigint;
  readonly fractionMask: bigint;
  readonly rootHalf: bigint;
}

const layouts: Record<'f32' | 'f64', Layout> = {
  f32: {
    fraction: 23,
    bias: 127,
    magic: 1.5 * 2 ** 23,
    largest: (2 - 2 ** -23) * 2 ** 127,
    normal: 2 ** -126,
    one: 0x3f80_0000n,
    fractionMask: 0x7f_ffffn,
    rootHalf: 0x3f35_04f3n,
  },
  f64: {
    fraction: 52,
    bias: 1023,
    magic: 1.5 * 2 ** 52,
    largest: Number.MAX_VALUE,
    normal: 2 ** -1022,
    one: 0x3ff0_0000_0000_0000n,
    fractionMask: 0xf_ffff_ffff_ffffn,
    rootHalf: 0x3fe6_a09e_667f_3bcdn,
  },
};

export function floatType(v: Lanes): 'f32' | 'f64' {
  invariant(v.type === 'f32' || v.type === 'f64', `${v.type} is no float`);
  return v.type;
}

export const layoutOf = (v: Lanes): Layout => layouts[floatType(v)];

/** The number of the element type. */
export const pick = (v: Lanes, { f32, f64 }: Pair): number => (floatType(v) === 'f32' ? f32 : f64);

/** A number that differs between the types, in every lane. */
export const either = (v: Lanes, f32: number, f64: number): Vec => v.const(pick(v, { f32, f64 }));

/** Σ cₖ xᵏ by Horner's scheme: the loop has independent iterations enough to hide its latency. */
export function polynomial(v: Lanes, c: readonly number[], x: Vec): Vec {
  let sum = v.const(c[c.length - 1]);
  for (let k = c.length - 2; k >= 0; k--) sum = v.fma(sum, x, v.const(c[k]));
  return sum;
}

export const tabled = (v: Lanes, table: Table, x: Vec): Vec => polynomial(v, table[floatType(v)], x);

/** Only the sign bit. */
export const signBit = (v: Lanes): Vec => v.asFloat(v.bits(1n << BigInt(floatType(v) === 'f32' ? 31 : 63)));
export const signOf = (v: Lanes, x: Vec): Vec => v.and(x, signBit(v));

/** y, which has no sign, with that of x. */
export const withSign = (v: Lanes, y: Vec, x: Vec): Vec => v.or(y, signOf(v, x));

/** All bits where the sign bit is set, −0 included. */
export const signMask = (v: Lanes, x: Vec): Vec => v.igt(v.bits(0), v.asInt(x));

/** The same, but for NaN, whose sign means nothing. */
export const negative = (v: Lanes, x: Vec): Vec => v.and(signMask(v, x), v.eq(x, x));

/** NaN where the mask holds, else y: all bits are a NaN. */
export const orNaN = (v: Lanes, y: Vec, mask: Vec): Vec => v.or(y, mask);

/** x where it is too near 0 for a function that begins with x to differ from it: keeps −0 and subnormal numbers. */
export const nearZero = (v: Lanes, x: Vec, y: Vec): Vec =>
  v.select(v.lt(v.abs(x), either(v, 2 ** -40, 2 ** -70)), x, y);

/** A float's integer in the low bits, put in the place of the exponent. */
export const asExponent = (v: Lanes, bits: Vec): Vec => v.asFloat(v.shl(bits, layoutOf(v).fraction));

/** A small non-negative integer as a float, exactly. */
export function integerToFloat(v: Lanes, n: Vec): Vec {
  if (v.type === 'f32') return v.toFloat(n);
  return v.sub(v.asFloat(v.or(n, v.bits(0x4330_0000_0000_0000n))), v.const(2 ** 52));
}

/** x y as a sum of two floats, exactly while nothing overflows or is subnormal. Source: Dekker 1971, Veltkamp's split. */
export function product(v: Lanes, x: Vec, y: Vec): readonly [high: Vec, low: Vec] {
  const high = v.mul(x, y);
  if (v.fused) return [high, v.fma(x, y, v.neg(high))];
  const [xHigh, xLow] = halves(v, x);
  const [yHigh, yLow] = halves(v, y);
  const rest = v.sub(v.mul(xHigh, yHigh), high);
  return [high, v.add(v.mul(xLow, yLow), v.add(v.add(rest, v.mul(xHigh, yLow)), v.mul(xLow, yHigh)))];
}

function halves(v: Lanes, x: Vec): readonly [high: Vec, low: Vec] {
  const scaled = v.mul(x, either(v, 4097, 134217729));
  const high = v.sub(scaled, v.sub(scaled, x));
  return [high, v.sub(x, high)];
}

/** x + y as a sum of two floats, exactly where |x| ≥ |y| or x = 0 (Dekker). */
export function quickSum(v: Lanes, x: Vec, y: Vec): readonly [high: Vec, low: Vec] {
  const high = v.add(x, y);
  return [high, v.sub(y, v.sub(high, x))];
}

/** x + y as a sum of two floats, exactly (Knuth). */
export function twoSum(v: Lanes, x: Vec, y: Vec): readonly [high: Vec, low: Vec] {
  const high = v.add(x, y);
  const part = v.sub(high, x);
  return [high, v.add(v.sub(x, v.sub(high, part)), v.sub(y, part))];
}

/**
 * a rounded to the nearest integer, ties to even, for 0 ≤ a < 2^fraction; from there on every float is an integer. Not by
 * the instruction, which V8 does not join into pairs, and everything around it neither.
 */
export function nearestSmall(v: Lanes, a: Vec): Vec {
  const shift = v.const(2 ** layoutOf(v).fraction);
  return v.sub(v.add(a, shift), shift);
}

/** Where |x| is so large that it is an integer, or infinite; not where it is NaN. */
export const isLarge = (v: Lanes, size: Vec): Vec => v.ge(size, v.const(2 ** layoutOf(v).fraction));

/** Where a ≥ 0 is an integer or infinite; not where it is NaN. */
export const isWhole = (v: Lanes, a: Vec): Vec => v.or(isLarge(v, a), v.eq(nearestSmall(v, a), a));
