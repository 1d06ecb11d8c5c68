// Exponentials and what is made of one: the logistic function, hyperbolic functions and smooth rectifiers, on vectors.

import type { Lanes, Vec } from '../lanes.ts';
import {
  asExponent,
  either,
  floatType,
  layoutOf,
  nearZero,
  pick,
  polynomial,
  product,
  tabled,
  twoSum,
  withSign,
} from './parts.ts';
import { atanhThird, coshTail, exp2Tail, expTail, sinhTail } from './tables.ts';

/** ln 2 in two pieces; products of the first with exponents are exact. */
export const ln2High = { f32: 0.693359375, f64: 0.6931471803691238 };
export const ln2Low = { f32: -0.00021219444005469057, f64: 1.9082149292705877e-10 };

/** Beyond these e^x is ∞; and beyond these on either side x e^−|x| is 0. */
const highest = { f32: 89, f64: 710 };
const outermost = { f32: 115, f64: 760 };

const between = (v: Lanes, x: Vec, low: number, high: number): Vec => v.pmax(v.pmin(x, v.const(high)), v.const(low));

interface Reduced {
  /** The magic sum, with k plus the offset in its low bits. */
  readonly sum: Vec;
  readonly k: Vec;
  /** x − k ln 2. */
  readonly r: Vec;
  /** What rounding took from r. */
  readonly low: () => Vec;
}

/** x = k ln 2 + r, |r| ≤ ln 2 / 2; or k from another number. */
function reduce(v: Lanes, x: Vec, offset: number, rounded = x): Reduced {
  const magic = v.const(layoutOf(v).magic + offset);
  const sum = v.fma(rounded, v.const(Math.LOG2E), magic);
  const k = v.sub(sum, magic);
  const near = v.nfma(k, v.const(pick(v, ln2High)), x);
  const small = v.const(pick(v, ln2Low));
  const r = v.nfma(k, small, near);
  return { sum, k, r, low: () => v.nfma(k, small, v.sub(near, r)) };
}

/** e^r − 1. */
const expm1Small = (v: Lanes, r: Vec): Vec => v.fma(v.mul(r, r), tabled(v, expTail, r), r);

/** 2^k as a product of two, so that e^x underflows gradually: k + 2 bias stands in the low bits of the sum. */
function factors(v: Lanes, sum: Vec): readonly [Vec, Vec] {
  const bits = v.asInt(sum);
  const half = v.shr(bits, 1);
  return [asExponent(v, half), asExponent(v, v.isub(bits, half))];
}

/** e^x as p · first · second, p between √½ and √2. */
function scaledExp(v: Lanes, x: Vec): { p: Vec; first: Vec; second: Vec } {
  const { sum, r } = reduce(v, between(v, x, -pick(v, outermost), pick(v, outermost)), 2 * layoutOf(v).bias);
  const [first, second] = factors(v, sum);
  return { p: v.add(expm1Small(v, r), v.const(1)), first, second };
}

/** e^x. Source: Cody and Waite's reduction, a polynomial. */
export function exp(v: Lanes, x: Vec): Vec {
  const { p, first, second } = scaledExp(v, x);
  return v.mul(v.mul(p, first), second);
}

/** 2^x. Source: as exp. */
export function exp2(v: Lanes, x: Vec): Vec {
  const { magic, bias } = layoutOf(v);
  const near = between(v, x, pick(v, { f32: -151, f64: -1076 }), pick(v, { f32: 128, f64: 1024 }));
  const shift = v.const(magic + 2 * bias);
  const sum = v.add(near, shift);
  const r = v.sub(near, v.sub(sum, shift));
  const [first, second] = factors(v, sum);
  return v.mul(v.mul(exp2Small(v, r), first), second);
}

/** 2^r for |r| ≤ ½. */
export const exp2Small = (v: Lanes, r: Vec): Vec => v.fma(tabled(v, exp2Tail, r), r, v.const(1));

/** p 2^n for an integer n within ±1200 (float32: ±200): through 0, subnormal numbers and ∞. */
export function scaleBy(v: Lanes, p: Vec, n: Vec): Vec {
  const { magic, bias } = layoutOf(v);
  const [first, second] = factors(v, v.add(n, v.const(magic + 2 * bias)));
  return v.mul(v.mul(p, first), second);
}

/** e^x − 1. Source: 2^k (e^r − 1) + (2^k − 1). */
export function expm1(v: Lanes, x: Vec): Vec {
  const near = between(v, x, pick(v, { f32: -80, f64: -700 }), pick(v, highest));
  const { sum, r } = reduce(v, near, layoutOf(v).bias - 1);
  // 2^(k−1), since 2^k may be too large.
  const half = asExponent(v, v.asInt(sum));
  const y = v.fma(half, expm1Small(v, r), v.sub(half, v.const(0.5)));
  return nearZero(v, x, v.add(y, y));
}

interface Odds {
  readonly up: () => Vec;
  readonly down: Vec;
  readonly total: Vec;
}

/**
 * e^−x as up / down, both far from overflow, and their sum: the logistic function is down / total, that of −x up / total.
 * down is a power of two, and e^−r is in the sum before it is rounded, so that down / total is rounded twice in all.
 */
function odds(v: Lanes, x: Vec, correction?: Vec): Odds {
  const { fraction, bias, magic } = layoutOf(v);
  const near = between(v, x, -pick(v, outermost), pick(v, outermost));
  // −x = k ln 2 − r.
  const shift = v.const(magic + 2 * bias);
  const sum = v.nfma(near, v.const(Math.LOG2E), shift);
  const k = v.sub(sum, shift);
  const rest = v.fma(k, v.const(pick(v, ln2Low)), v.fma(k, v.const(pick(v, ln2High)), near));
  const r = correction === undefined ? rest : v.add(rest, correction);
  const c = expTail[floatType(v)].map((a, n) => a * (-1) ** n);
  // 1 − e^−r.
  const less = v.nfma(v.mul(r, r), polynomial(v, c, r), r);
  const [first, second] = factors(v, sum);
  // 1 / second.
  const down = v.asFloat(v.isub(v.bits(BigInt(2 * bias) << BigInt(fraction)), v.asInt(second)));
  const both = v.add(first, down);
  // What of down is lost there matters where it is half a unit.
  const lost = v.sub(down, v.sub(both, first));
  const total = v.nfma(first, v.nfma(lost, down, less), both);
  return { up: () => v.nfma(first, less, first), down, total };
}

/** 1 / (1 + e^−x); of −z from what the logistic function of z needs. */
export function sigmoid(v: Lanes, x: Vec): Vec {
  const opposite = v.negated(x);
  if (opposite !== undefined) {
    const { up, total } = odds(v, opposite);
    return v.div(up(), total);
  }
  const { down, total } = odds(v, x);
  return v.div(down, total);
}

/** x / (1 + e^−t): x multiplies before the quotient can be subnormal. */
function gated(v: Lanes, x: Vec, t: Vec, limit: number, correction?: Vec): Vec {
  const { down, total } = odds(v, t, correction);
  const near = between(v, x, -1000, limit);
  return v.select(v.gt(x, v.const(limit)), x, v.div(v.mul(near, down), total));
}

/** x / (1 + e^−x); −0 at −∞. */
export const silu = (v: Lanes, x: Vec): Vec => gated(v, x, x, 800);

/** 2 √(2/π) and 0.044715 times that, in two pieces each. */
const geluLinear = {
  f32: [1.5957691669464111, -4.534068054340423e-8],
  f64: [1.5957691216057308, -9.96930880911092e-17],
} as const;
const geluCubic = {
  f32: [0.07135481387376785, 2.3988324659995897e-9],
  f64: [0.07135481627260025, -6.175149918155315e-19],
} as const;

/** x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2 = x / (1 + e^−t); t in two pieces, since e^t magnifies its rounding. */
export function geluTanh(v: Lanes, x: Vec): Vec {
  const type = floatType(v);
  const limit = type === 'f32' ? 11 : 22;
  const near = between(v, x, -limit, limit);
  const [squareHigh, squareLow] = product(v, near, near);
  const [c, cLow] = geluCubic[type];
  const [cubicHigh, cubicLow] = product(v, v.const(c), squareHigh);
  const cubicRest = v.fma(v.const(c), squareLow, v.fma(v.const(cLow), squareHigh, cubicLow));
  const [a, aLow] = geluLinear[type];
  const [slopeHigh, slopeLow] = twoSum(v, v.const(a), cubicHigh);
  const [high, low] = product(v, near, slopeHigh);
  const rest = v.fma(near, v.add(v.add(slopeLow, cubicRest), v.const(aLow)), low);
  return gated(v, x, high, limit, rest);
}

/** x tanh(log(1 + e^x)) = x n / (n + 2), n = e^x (e^x + 2); −0 at −∞. */
export function mish(v: Lanes, x: Vec): Vec {
  const limit = 20;
  const { p, first, second } = scaledExp(v, v.pmin(x, v.const(limit)));
  // Times 2^64, lest a product with a subnormal number lose bits.
  const raised = v.mul(v.mul(p, v.mul(first, v.const(2 ** 32))), v.mul(second, v.const(2 ** 32)));
  const e = v.mul(raised, v.const(2 ** -64));
  const up = v.mul(raised, v.add(e, v.const(2)));
  const down = v.fma(e, v.add(e, v.const(2)), v.const(2));
  const near = between(v, x, -1000, limit);
  const y = v.mul(v.mul(near, v.div(up, down)), v.const(2 ** -64));
  return v.select(v.gt(x, v.const(limit)), x, y);
}

/** Hyperbolic tangent. Source: (1 − e^−2|x|) / (1 + e^−2|x|), with e^r − 1 so that nothing cancels near 0. */
export function tanh(v: Lanes, x: Vec): Vec {
  const { magic, bias } = layoutOf(v);
  const size = v.pmin(v.abs(x), either(v, 10, 20));
  const shift = v.const(magic + bias);
  const sum = v.nfma(size, v.const(2 * Math.LOG2E), shift);
  const k = v.sub(sum, shift);
  // −2|x| = k ln 2 − 2r; one piece of ln 2 is enough, as e^−2|x| is small where k is large.
  const r = v.fma(k, v.const(Math.LN2 / 2), size);
  const c = expTail[floatType(v)].map((a, n) => 4 * a * (-2) ** n);
  // 1 − e^−2r.
  const less = v.nfma(v.mul(r, r), polynomial(v, c, r), v.add(r, r));
  const power = asExponent(v, v.asInt(sum));
  const up = v.fma(power, less, v.sub(v.const(1), power));
  const down = v.nfma(power, less, v.add(v.const(1), power));
  return withSign(v, v.div(up, down), x);
}

interface Hyperbolic {
  readonly sinh: Vec;
  readonly coshLess1: Vec;
  /** sinh(k ln 2) / 4 and cosh(k ln 2) / 4. */
  readonly odd: Vec;
  readonly even: Vec;
}

/** |x| = k ln 2 + r, 0 ≤ r ≤ ln 2, so that nothing cancels: sinh r, cosh r and the powers of two. */
function hyperbolic(v: Lanes, x: Vec): Hyperbolic {
  const { magic, bias } = layoutOf(v);
  const size = v.pmin(v.abs(x), either(v, 89.5, 710.5));
  const { sum, r, low } = reduce(v, size, bias - 3, v.sub(size, v.const(Math.LN2 / 2)));
  // 2^−k matters for small k alone, and would have no exponent for the largest.
  const few = v.asInt(v.pmin(sum, v.const(magic + bias - 3 + 64)));
  const up = asExponent(v, v.asInt(sum));
  const down = asExponent(v, v.isub(v.bits(2 * (bias - 3)), few));
  const z = v.mul(r, r);
  return {
    sinh: v.add(r, v.fma(v.mul(r, z), tabled(v, sinhTail, z), low())),
    coshLess1: v.mul(z, tabled(v, coshTail, z)),
    odd: v.sub(up, down),
    even: v.add(up, down),
  };
}

/** Source: sinh(r + k ln 2) = sinh k′ + (cosh k′ sinh r + sinh k′ (cosh r − 1)), k′ = k ln 2. */
export function sinh(v: Lanes, x: Vec): Vec {
  const { sinh: s, coshLess1: c, odd, even } = hyperbolic(v, x);
  const y = v.add(odd, v.fma(even, s, v.mul(odd, c)));
  return nearZero(v, x, withSign(v, v.mul(y, v.const(4)), x));
}

/** Source: cosh(r + k ln 2) = cosh k′ + (sinh k′ sinh r + cosh k′ (cosh r − 1)), k′ = k ln 2. */
export function cosh(v: Lanes, x: Vec): Vec {
  const { sinh: s, coshLess1: c, odd, even } = hyperbolic(v, x);
  return v.mul(v.add(even, v.fma(odd, s, v.mul(even, c))), v.const(4));
}

/** log(1 + e) for 0 ≤ e ≤ 1. Source: 2 atanh(e / (2 + e)). */
export function log1pUnit(v: Lanes, e: Vec): Vec {
  const s = v.div(e, v.add(e, v.const(2)));
  const z = v.mul(s, s);
  return v.fma(v.mul(s, z), tabled(v, atanhThird, z), v.add(s, s));
}

/** log(1 + e^x). Source: max(x, 0) + log1p(e^−|x|). */
export function softplus(v: Lanes, x: Vec): Vec {
  const rest = log1pUnit(v, exp(v, v.or(x, v.const(-0))));
  // x where it is positive, else +0; NaN stays.
  return v.add(v.andnot(x, v.le(x, v.const(0))), rest);
}

export const logSigmoid = (v: Lanes, x: Vec): Vec => v.neg(softplus(v, v.neg(x)));
