// Logarithms, and the inverse hyperbolic functions that are made of them, on vectors.

import type { Lanes, Vec } from '../lanes.ts';
import { exp, exp2, ln2High, ln2Low, log1pUnit } from './exp.ts';
import { either, integerToFloat, layoutOf, nearZero, orNaN, pick, tabled, twoSum, withSign } from './parts.ts';
import { atanhTail, logTail } from './tables.ts';

interface Split {
  /** The exponent, as a float. */
  readonly k: Vec;
  /** The rest, between √½ and √2. */
  readonly m: Vec;
}

/** x = 2^k m for positive finite x, subnormal too. */
export function split(v: Lanes, x: Vec): Split {
  const { fraction, bias, normal } = layoutOf(v);
  const small = v.lt(x, v.const(normal));
  const raised = v.select(small, v.mul(x, v.const(2 ** (fraction + 1))), x);
  return splitNormal(v, raised, v.select(small, v.const(bias + fraction + 1), v.const(bias)));
}

function splitNormal(v: Lanes, x: Vec, bias: Vec): Split {
  const { fraction, one, rootHalf, fractionMask } = layoutOf(v);
  const bits = v.iadd(v.asInt(x), v.bits(one - rootHalf));
  return {
    k: v.sub(integerToFloat(v, v.shr(bits, fraction)), bias),
    m: v.asFloat(v.iadd(v.and(bits, v.bits(fractionMask)), v.bits(rootHalf))),
  };
}

/** log(1 + f) + k ln 2 for √½ ≤ 1 + f ≤ √2. */
function logOf(v: Lanes, f: Vec, k: Vec | undefined): Vec {
  const half = v.mul(v.mul(f, f), v.const(0.5));
  const low = k === undefined ? undefined : v.mul(k, v.const(pick(v, ln2Low)));
  let y: Vec;
  if (v.type === 'f32') {
    // f − f²/2 + f³ q(f).
    const cubic = v.mul(v.mul(f, v.mul(f, f)), tabled(v, logTail, f));
    y = v.add(f, v.sub(low === undefined ? cubic : v.add(low, cubic), half));
  } else {
    // With s = f/(2 + f), log(1 + f) = 2 atanh s = f − f²/2 + s (f²/2 + …).
    const s = v.div(f, v.add(f, v.const(2)));
    const z = v.mul(s, s);
    const rest = v.fma(z, tabled(v, atanhTail, z), half);
    const tail = low === undefined ? v.mul(s, rest) : v.fma(s, rest, low);
    y = v.sub(f, v.sub(half, tail));
  }
  return k === undefined ? y : v.fma(k, v.const(pick(v, ln2High)), y);
}

/** y, and what a logarithm is at 0, at ∞ and below 0. */
function atEnds(v: Lanes, x: Vec, y: Vec): Vec {
  const finite = v.select(v.lt(x, v.const(Infinity)), y, x);
  const positive = orNaN(v, finite, v.lt(x, v.const(0)));
  return v.select(v.eq(x, v.const(0)), v.const(-Infinity), positive);
}

export function log(v: Lanes, x: Vec): Vec {
  const { k, m } = split(v, x);
  return atEnds(v, x, logOf(v, v.sub(m, v.const(1)), k));
}

export function log2(v: Lanes, x: Vec): Vec {
  const { k, m } = split(v, x);
  return atEnds(v, x, v.fma(logOf(v, v.sub(m, v.const(1)), undefined), v.const(Math.LOG2E), k));
}

/** log₁₀ 2 in two pieces; products of the first with exponents are exact. */
const log10Of2High = { f32: 0.301025390625, f64: 0.30102999566361177 };
const log10Of2Low = { f32: 4.605039066518657e-6, f64: 3.694239077158931e-13 };

export function log10(v: Lanes, x: Vec): Vec {
  const { k, m } = split(v, x);
  const y = logOf(v, v.sub(m, v.const(1)), undefined);
  const low = v.fma(y, v.const(Math.LOG10E), v.mul(k, v.const(pick(v, log10Of2Low))));
  return atEnds(v, x, v.fma(k, v.const(pick(v, log10Of2High)), low));
}

/** log(u + c) for u ≥ 2^−60 (or NaN, 0, negative, infinite) and c below an ulp of u. */
function logOfSum(v: Lanes, u: Vec, c: Vec): Vec {
  const { fraction, bias } = layoutOf(v);
  const { k, m } = splitNormal(v, u, v.const(bias));
  // 2^(1−k): 2^−k may have no exponent.
  const bits = v.iadd(v.isub(v.asInt(m), v.asInt(u)), v.bits(BigInt(bias + 1) << BigInt(fraction)));
  const correction = v.mul(v.mul(c, v.asFloat(bits)), v.const(0.5));
  return atEnds(v, u, logOf(v, v.add(v.sub(m, v.const(1)), correction), k));
}

/** log(1 + x). Source: log of the rounded sum, corrected by what rounding took. */
export function log1p(v: Lanes, x: Vec): Vec {
  const u = v.add(x, v.const(1));
  const part = v.sub(u, v.const(1));
  const c = v.add(v.sub(v.const(1), v.sub(u, part)), v.sub(x, part));
  return withSign(v, logOfSum(v, u, c), x);
}

/** log1p of positive w, or beyond 2^60 log of 2 w: where w stands for what would overflow. */
function logOfTwice(v: Lanes, big: Vec, w: Vec): Vec {
  return v.add(log1p(v, w), v.and(v.const(Math.LN2), big));
}

/** Source: log1p(|x| + x² / (1 + √(x² + 1))); log 2|x| where that is too large. */
export function asinh(v: Lanes, x: Vec): Vec {
  const size = v.abs(x);
  const square = v.mul(size, size);
  const big = v.gt(size, v.const(2 ** 55));
  const rest = v.div(square, v.add(v.const(1), v.sqrt(v.add(square, v.const(1)))));
  const y = logOfTwice(v, big, v.select(big, size, v.add(size, rest)));
  return withSign(v, y, x);
}

/** Source: log1p(t + √(2t + t²)), t = x − 1; log 2x where that is too large. */
export function acosh(v: Lanes, x: Vec): Vec {
  const t = v.sub(x, v.const(1));
  const big = v.gt(x, v.const(2 ** 55));
  const root = v.sqrt(v.fma(t, t, v.add(t, t)));
  return orNaN(v, logOfTwice(v, big, v.select(big, x, v.add(t, root))), v.lt(x, v.const(1)));
}

/** Source: ½ log1p(2q), q = |x| / (1 − |x|), with 2q as 2|x| + 2|x| q. */
export function atanh(v: Lanes, x: Vec): Vec {
  const size = v.abs(x);
  const twice = v.add(size, size);
  const odds = v.fma(twice, v.div(size, v.sub(v.const(1), size)), twice);
  const y = withSign(v, v.mul(log1p(v, odds), v.const(0.5)), x);
  return orNaN(v, nearZero(v, x, y), v.gt(size, v.const(1)));
}

/** log(x / (1 − x)). Source: around ½ log1p((2x − 1) / (1 − x)), whose numerator is exact. */
export function logit(v: Lanes, x: Vec): Vec {
  const twice = v.sub(v.add(x, x), v.const(1));
  const rest = v.sub(v.const(1), x);
  const middle = v.and(v.gt(x, v.const(0.25)), v.lt(x, v.const(0.75)));
  const q = v.div(v.select(middle, twice, x), rest);
  const u = v.add(q, v.const(1));
  const c = v.sub(q, v.sub(u, v.const(1)));
  const near = logOfSum(v, u, c);
  return v.select(middle, near, log(v, q));
}

/** x log y; 0 where x is 0 and y no NaN. */
export const xlogy = (v: Lanes, x: Vec, y: Vec): Vec => timesLog(v, x, y, log(v, y));
export const xlog1py = (v: Lanes, x: Vec, y: Vec): Vec => timesLog(v, x, y, log1p(v, y));

function timesLog(v: Lanes, x: Vec, y: Vec, logarithm: Vec): Vec {
  const nothing = v.and(v.eq(x, v.const(0)), v.eq(y, y));
  return v.andnot(v.mul(x, logarithm), nothing);
}

/** −x log x; 0 at 0, −∞ below. */
export function entr(v: Lanes, x: Vec): Vec {
  const y = v.neg(v.mul(x, log(v, x)));
  const positive = v.select(v.lt(x, v.const(0)), v.const(-Infinity), y);
  return v.andnot(positive, v.eq(x, v.const(0)));
}

/** log(e^x + e^y). Source: max + log1p(e^−|x − y|); where these cancel, the interpreter's. */
export function logaddexp(v: Lanes, x: Vec, y: Vec): Vec {
  return sumOfPowers(v, x, y, 'logaddexp', (gap, low) => {
    const e = exp(v, gap);
    return log1pUnit(v, v.fma(e, low, e));
  });
}

/** log₂(2^x + 2^y) likewise. */
export function logaddexp2(v: Lanes, x: Vec, y: Vec): Vec {
  return sumOfPowers(v, x, y, 'logaddexp2', (gap, low) => {
    const e = exp2(v, gap);
    const grown = v.fma(e, v.mul(low, v.const(Math.LN2)), e);
    return v.mul(log1pUnit(v, grown), v.const(Math.LOG2E));
  });
}

function sumOfPowers(v: Lanes, x: Vec, y: Vec, name: string, rest: (gap: Vec, low: Vec) => Vec): Vec {
  // In this order NaN is one of the two, wherever it stands.
  const [more, less] = [v.pmax(x, y), v.pmin(y, x)];
  // −|x − y| and what rounding takes from it, where that matters and is finite.
  const [difference, rounding] = twoSum(v, less, v.neg(more));
  const gap = v.andnot(difference, v.eq(x, y));
  const low = v.and(rounding, v.lt(v.abs(difference), v.const(4096)));
  const sum = v.add(more, rest(gap, low));
  const single = v.select(v.eq(gap, v.const(-Infinity)), more, sum);
  const cancels = v.and(v.gt(sum, v.mul(more, v.const(0.5))), v.lt(sum, v.neg(more)));
  return v.rarely(cancels, name, [x, y], single);
}

/** x / (1 + |x|), ±1 at ±∞. */
export function softSign(v: Lanes, x: Vec): Vec {
  const size = v.pmin(v.abs(x), v.const(layoutOf(v).largest));
  return withSign(v, v.div(size, v.add(size, v.const(1))), x);
}

/** The larger magnitude scaled into the middle of the range, and back. Both infinities win over NaN. */
export function hypot(v: Lanes, x: Vec, y: Vec): Vec {
  const [a, b] = [v.abs(x), v.abs(y)];
  const [more, less] = [v.pmax(a, b), v.pmin(a, b)];
  const large = v.gt(more, either(v, 2 ** 60, 2 ** 500));
  const small = v.lt(more, either(v, 2 ** -50, 2 ** -450));
  const by = v.select(large, either(v, 2 ** -75, 2 ** -600), v.select(small, either(v, 2 ** 75, 2 ** 600), v.const(1)));
  const back = v.select(
    large,
    either(v, 2 ** 75, 2 ** 600),
    v.select(small, either(v, 2 ** -75, 2 ** -600), v.const(1)),
  );
  const [p, q] = [v.mul(more, by), v.mul(less, by)];
  const root = v.mul(v.sqrt(v.fma(p, p, v.mul(q, q))), back);
  const infinity = v.const(Infinity);
  const infinite = v.or(v.eq(a, infinity), v.eq(b, infinity));
  return v.select(infinite, infinity, orNaN(v, root, v.ne(v.add(a, b), v.add(a, b))));
}
