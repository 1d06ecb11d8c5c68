// What a lowering is written in: arithmetic on whole vectors of elements, each operation once for all lanes.

import type { MathName } from './math/index.ts';

/**
 * What the lanes of a vector hold. `m32` and `m64` are masks (all bits or none) as wide as the elements they were made
 * from; `i32` and `i64` are integers, and the bits of floats.
 */
export type Kind = 'f32' | 'f64' | 'i32' | 'i64' | 'm32' | 'm64';

/** One value in every lane: an instruction of the loop body that is being written. */
export interface Vec {
  readonly id: number;
  readonly kind: Kind;
}

/**
 * The vocabulary of lowerings, for one element type. Nothing branches: both sides of a `select` are computed, and no
 * operation on floats traps. Every method appends at most one instruction; equal ones are shared.
 */
export interface Lanes {
  /** The element type; float lowerings are written for 'f32' and 'f64' from one text, and may ask which it is. */
  readonly type: 'f32' | 'f64' | 'i32' | 'i64' | 'm32' | 'm64';
  /** Whether `fma` rounds once. */
  readonly fused: boolean;

  /** A number of the element type in every lane. */
  const(x: number | bigint): Vec;
  /** An integer as wide as the element type in every lane: a shift of bits, an exponent, a sign. */
  bits(n: number | bigint): Vec;

  add(x: Vec, y: Vec): Vec;
  sub(x: Vec, y: Vec): Vec;
  mul(x: Vec, y: Vec): Vec;
  /** Floats alone. */
  div(x: Vec, y: Vec): Vec;
  /** Exact, floats by the sign bit. */
  neg(x: Vec): Vec;
  abs(x: Vec): Vec;
  /** z where x is −z of floats, as neg made it; no instruction. */
  negated(x: Vec): Vec | undefined;
  sqrt(x: Vec): Vec;
  /** x y + z in one rounding where the engine has it (`fused`), else in two. */
  fma(x: Vec, y: Vec, z: Vec): Vec;
  /** z − x y likewise. */
  nfma(x: Vec, y: Vec, z: Vec): Vec;
  /** NaN if either is NaN; −0 is below +0. Integers signed. */
  min(x: Vec, y: Vec): Vec;
  max(x: Vec, y: Vec): Vec;
  /** y < x ? y : x, in one machine instruction. */
  pmin(x: Vec, y: Vec): Vec;
  /** x < y ? y : x. */
  pmax(x: Vec, y: Vec): Vec;
  floor(x: Vec): Vec;
  ceil(x: Vec): Vec;
  trunc(x: Vec): Vec;
  /** To the nearest integer, ties to even. */
  nearest(x: Vec): Vec;

  /** Comparisons give masks; integers signed. */
  eq(x: Vec, y: Vec): Vec;
  ne(x: Vec, y: Vec): Vec;
  lt(x: Vec, y: Vec): Vec;
  le(x: Vec, y: Vec): Vec;
  gt(x: Vec, y: Vec): Vec;
  ge(x: Vec, y: Vec): Vec;
  /** x where the mask holds, else y. */
  select(mask: Vec, x: Vec, y: Vec): Vec;

  /** Bits, of any kind; the result has the kind of x. */
  and(x: Vec, y: Vec): Vec;
  or(x: Vec, y: Vec): Vec;
  xor(x: Vec, y: Vec): Vec;
  not(x: Vec): Vec;
  /** x and not y. */
  andnot(x: Vec, y: Vec): Vec;

  /** The same bits as integers or as floats: no instruction. A mask as integers is 0 or −1. */
  asInt(x: Vec): Vec;
  asFloat(x: Vec): Vec;
  /** Integers as wide as the element type. (f64: multiplication and arithmetic shift are slow.) */
  iadd(x: Vec, y: Vec): Vec;
  isub(x: Vec, y: Vec): Vec;
  imul(x: Vec, y: Vec): Vec;
  ieq(x: Vec, y: Vec): Vec;
  igt(x: Vec, y: Vec): Vec;
  /** Shifts by a number of bits that is written down: left, right with zeros, right with the sign. */
  shl(x: Vec, by: number): Vec;
  shr(x: Vec, by: number): Vec;
  sar(x: Vec, by: number): Vec;
  /** The integer as a float (i32 → f32 alone: 64-bit integers have no such instruction, use magic numbers). */
  toFloat(x: Vec): Vec;
  /** The float cut to a 32-bit integer, saturating, NaN to 0 (f32 → i32 alone). */
  toInt(x: Vec): Vec;

  /** f32 → f64, i32 → i64, m32 → m64: the same lanes, twice as many vectors. */
  widen(x: Vec): Vec;
  /** f64 → f32 (rounds), i64 → i32 (the low bits), m64 → m32. */
  narrow(x: Vec): Vec;
  /** i32 → f64, exactly; twice as many vectors. */
  widenToFloat(x: Vec): Vec;
  /** The vocabulary of another element type, in the same body. */
  as(type: Lanes['type']): Lanes;

  /**
   * Integers, lane by lane: the quotient rounded towards zero (of neither the least integer by −1), what it leaves, and a
   * power. They stop the program where the divisor is 0 or the exponent negative.
   */
  quotient(x: Vec, y: Vec): Vec;
  rest(x: Vec, y: Vec): Vec;
  power(x: Vec, y: Vec): Vec;

  /** A shared function of wasm/math. */
  use(name: MathName, ...xs: Vec[]): Vec;
  /** A scalar function of the interpreter, lane by lane: what has no vector form. Floats travel as float64. */
  scalar(name: string, ...xs: Vec[]): Vec;
  /** `y`, but where the mask holds (rarely) the scalar function of xs instead; costs a test and a branch. */
  rarely(mask: Vec, name: string, xs: readonly Vec[], y: Vec): Vec;
}

/** An op's meaning on vectors. */
export type Lower = (v: Lanes, ...xs: Vec[]) => Vec;
