// log |Γ| and Γ on vectors.

import type { Lanes, Vec } from '../lanes.ts';
import { polynomial } from './polynomial.ts';
import type { Table } from './polynomial.ts';
import { exp, log } from './provisional.ts';
import { parityOf, sineOf, turnsOf } from './sinpi.ts';

/** log Γ(z) / ((z − 1)(z − 2)) in z − 2, 1 ≤ z ≤ 3. */
const lgammaNear: Table = {
  f32: [
    0.422784336, -0.100317273, 0.0329649466, -0.012384977, 0.00499948423, -0.00210205077, 0.000910489153,
    -0.000425596638, 0.000195834719, -5.23937585e-5, 2.02164222e-5, -3.87436616e-5, 1.93201941e-5,
  ],
  f64: [
    0.42278433509846713, -0.1003173016743539, 0.03296500062115698, -0.012384192193374454, 0.004998641164623009,
    -0.002108130833825504, 0.000915376924130201, -0.0004057074000013955, 0.00018255261434417354, -8.309509934003746e-5,
    3.8169083797498264e-5, -1.766185912380095e-5, 8.221202817720719e-6, -3.846499771924959e-6, 1.8114836771594477e-6,
    -8.55520845266038e-7, 3.9570726359277304e-7, -1.8605814542591258e-7, 1.0446154348993568e-7, -5.2134146910335355e-8,
    5.671332511224119e-9, -7.016419605064935e-10, 1.6337734610538733e-8, -9.000469719134167e-9, -4.362511480552138e-9,
    2.4856892310629325e-9, 1.582376150511014e-9, -8.214290364596851e-10,
  ],
};
/** x (log Γ(x) − (x − ½) log x + x − ½ log 2π) in 1/x², for x ≥ 3. */
const binet: Table = {
  f32: [0.0833331623, -0.00276988735, 0.000678976091],
  f64: [
    0.0833333333333215, -0.002777777773394553, 0.0007936501936392224, -0.0005951954569821984, 0.0008399317000989671,
    -0.0018670120654272692, 0.005446359822369768, -0.01625913108731819, 0.03717932612051106, -0.04370654671464874,
  ],
};
/** 1/Γ(z) in z − 3/2, 1 ≤ z ≤ 2. */
const reciprocal: Table = {
  f32: [
    1.12837917, -0.041174547, -0.526654454, 0.175103109, 0.0509673422, -0.0421706955, 0.00660829221, 0.00220391274,
    -0.00109240666,
  ],
  f64: [
    1.1283791670955126, -0.0411745264452831, -0.5266544355255447, 0.17510202604393418, 0.05096686024772368,
    -0.04215516936851665, 0.006612897826263425, 0.002120731442141987, -0.0011107302458030312, 0.0001523576260148389,
    2.5355129865072513e-5, -1.3896842249048166e-5, 2.1565597413227803e-6, 5.8088333651828984e-8, -9.002485394152197e-8,
    1.679428192375418e-8,
  ],
};

const halfLogTwoPi = 0.9189385332046728;

/** log Γ(x) for 1 ≤ x ≤ 3, where `small` holds log Γ(1 + x). */
export function lgammaNearOf(v: Lanes, x: Vec, small: Vec): Vec {
  const less = v.sub(x, v.const(1));
  const [first, second] = [v.select(small, x, less), v.select(small, less, v.sub(x, v.const(2)))];
  return v.mul(v.mul(first, second), polynomial(v, lgammaNear, v.sub(first, v.const(1))));
}

/** Binet's function, what log Γ(x) has beyond (x − ½) log x − x + ½ log 2π, for x ≥ 3. */
export function binetOf(v: Lanes, x: Vec): Vec {
  const r = v.div(v.const(1), x);
  return v.mul(r, polynomial(v, binet, v.mul(r, r)));
}

/**
 * log |Γ(x)|, for every x; +∞ at the poles 0, −1, −2, … and at ±∞.
 * (z − 1)(z − 2) p(z) up to 3, with z = x + 1 and −log x besides where x < 1, then Stirling's formula with Binet's
 * function as a polynomial; to the left of zero reflection. Its zeros at 1 and 2 are exact and their surroundings
 * relatively accurate; next to its zeros left of −2 the error is absolute, some ulps of log Γ(−x).
 * Source: DLMF 5.5.1, 5.5.3, 5.11.1; tables by test/wasm/fit_special.py.
 */
export function lgamma(v: Lanes, x: Vec): Vec {
  const size = v.abs(x);
  const [zero, one] = [v.const(0), v.const(1)];
  const small = v.lt(size, one);
  const far = v.ge(size, v.const(3));
  const logarithm = log(v, size);
  const near = lgammaNearOf(v, size, small);
  const tail = v.add(binetOf(v, size), v.const(halfLogTwoPi - 0.5));
  // Where log x is large, x log x − x loses less than x (log x − 1).
  const stirling = v.fma(v.sub(size, v.const(0.5)), v.sub(logarithm, one), tail);
  const shifted = v.select(far, stirling, near);
  // Added to +0, since the product is −0 at 1.
  const right = v.add(shifted, v.select(small, v.neg(logarithm), zero));
  // log |Γ(x)| = −log |x sin πx / π| − log Γ(−x), in which the log x of small x cancels.
  const sine = v.mul(v.abs(sineOf(v, turnsOf(v, v.pmin(size, v.const(2 ** 53))).r)), v.const(1 / Math.PI));
  const left = v.sub(v.neg(log(v, v.select(small, sine, v.mul(sine, size)))), shifted);
  const value = v.select(v.lt(x, zero), left, right);
  return v.select(v.and(v.lt(x, zero), v.eq(sine, zero)), v.const(Infinity), value);
}

/** (√2/2)'s bits; ln 2 in two halves, the first short enough for its multiples to be exact. */
const parts = {
  f32: {
    fraction: 23,
    bias: 127,
    one: 0x3f800000n,
    root: 0x3f3504f3n,
    high: 0.693145751953125,
    low: 1.428606765330187e-6,
  },
  f64: {
    fraction: 52,
    bias: 1023,
    one: 0x3ff0000000000000n,
    root: 0x3fe6a09e667f3bcdn,
    high: 0.6931471805598903,
    low: 5.497923018708371e-14,
  },
} as const;

/** (2 atanh s − 2s) / s³ in s²; for |s| ≤ 0.172. */
const atanh: Table = {
  f32: [2 / 3, 2 / 5, 2 / 7, 2 / 9],
  f64: [2 / 3, 2 / 5, 2 / 7, 2 / 9, 2 / 11, 2 / 13, 2 / 15, 2 / 17, 2 / 19, 2 / 21],
};

/** x y as high + low. */
function product(v: Lanes, x: Vec, y: Vec): { readonly high: Vec; readonly low: Vec } {
  const high = v.mul(x, y);
  if (v.fused) return { high, low: v.fma(x, y, v.neg(high)) };
  const mask = v.bits(v.type === 'f32' ? -(1n << 12n) : -(1n << 27n));
  const [xHead, yHead] = [x, y].map((z) => v.asFloat(v.and(v.asInt(z), mask)));
  const [xRest, yRest] = [v.sub(x, xHead), v.sub(y, yHead)];
  const heads = v.sub(v.mul(xHead, yHead), high);
  return { high, low: v.fma(xRest, yRest, v.fma(xRest, yHead, v.fma(xHead, yRest, heads))) };
}

/** log x as high + low with some ten bits more than a float has, for normal x. */
function logPair(v: Lanes, x: Vec): { readonly high: Vec; readonly low: Vec } {
  const f64 = v.type === 'f64';
  const { fraction, bias, one, root, high: ln2High, low: ln2Low } = parts[f64 ? 'f64' : 'f32'];
  const moved = v.iadd(v.asInt(x), v.bits(one - root));
  const exponent = v.shr(moved, fraction);
  const k = f64
    ? v.sub(v.asFloat(v.or(exponent, v.bits(0x4330000000000000n))), v.const(2 ** 52 + bias))
    : v.sub(v.toFloat(exponent), v.const(bias));
  const m = v.asFloat(v.iadd(v.and(moved, v.bits((1n << BigInt(fraction)) - 1n)), v.bits(root)));
  // s = f / (2 + f) with what its rounding lost, f exact.
  const f = v.sub(m, v.const(1));
  const below = v.add(f, v.const(2));
  const lost = v.sub(f, v.sub(below, v.const(2)));
  const inverse = v.div(v.const(1), below);
  const s = v.mul(f, inverse);
  const back = product(v, s, below);
  const rest = v.mul(v.nfma(s, lost, v.sub(v.sub(f, back.high), back.low)), inverse);
  const square = v.mul(s, s);
  const series = v.mul(v.mul(s, square), polynomial(v, atanh, square));
  const [twoS, scaled] = [v.add(s, s), v.mul(k, v.const(ln2High))];
  // |k ln 2| ≥ |2s| or k = 0.
  const high = v.add(scaled, twoS);
  const tail = v.sub(twoS, v.sub(high, scaled));
  const low = v.fma(k, v.const(ln2Low), v.add(series, v.add(rest, rest)));
  return { high, low: v.add(tail, low) };
}

/**
 * Γ(x), for every x; ±∞ at ±0, NaN at the negative integers and at −∞, +∞ from 171.63 on (float32: 35.04).
 * 1/Γ's polynomial on [1, 2] and one step of the recurrence up to 3; beyond e to the power of Stirling's formula, which is
 * carried to ten bits more than a float has; to the left of zero reflection.
 * Source: DLMF 5.5.1, 5.5.3, 5.11.1; tables by test/wasm/fit_special.py.
 */
export function gamma(v: Lanes, x: Vec): Vec {
  const f64 = v.type === 'f64';
  const [zero, one] = [v.const(0), v.const(1)];
  const negative = v.lt(x, zero);
  const whole = v.abs(x);
  const size = v.pmin(whole, v.const(f64 ? 200 : 60));
  const [small, large] = [v.lt(size, one), v.gt(size, v.const(2))];
  const less = v.sub(size, one);
  const shift = v.select(small, size, v.select(large, less, one));
  // z − 3/2 where z is size + 1, size or size − 1.
  const z = v.sub(v.select(small, size, v.select(large, v.sub(size, v.const(2)), less)), v.const(0.5));
  const near = polynomial(v, reciprocal, z);
  // Left of zero the x of the step up cancels that of the reflection.
  const up = v.andnot(small, negative);
  // Γ is shift / near where a step down was taken, 1 / (shift near) where one up.
  const [top, bottom] = [v.select(large, shift, one), v.mul(near, v.select(up, shift, one))];

  const far = v.gt(size, v.const(3));
  const ln = logPair(v, size);
  const a = v.sub(size, v.const(0.5));
  const main = product(v, a, ln.high);
  const tail = v.add(binetOf(v, size), v.const(halfLogTwoPi));
  const high = v.sub(main.high, size);
  const lost = v.sub(v.sub(main.high, high), size);
  const low = v.add(v.fma(a, ln.low, v.add(main.low, lost)), tail);
  // low is of the size of log √(2π), and the rest of it small: the sum once more.
  const power = v.add(high, low);
  const rest = v.add(v.sub(high, power), low);
  // Left of zero its reciprocal, raised out of the subnormal numbers.
  const raised = v.and(v.and(negative, far), v.gt(power, v.const(f64 ? 400 : 60)));
  const lift = f64 ? 100 : 40;
  const e = exp(v, v.add(v.select(negative, v.neg(power), power), v.select(raised, v.const(lift), zero)));
  const stirling = v.mul(e, v.add(v.select(negative, v.neg(rest), rest), one));

  const { n, r: turn } = turnsOf(v, whole);
  const sine = v.xor(sineOf(v, turn), parityOf(v, n));
  // −π / (|x| sin π|x|) by 1/Γ(|x|).
  const factor = v.mul(sine, v.select(small, one, whole));
  const over = v.select(far, stirling, v.select(negative, bottom, top));
  const under = v.select(far, one, v.select(negative, top, bottom));
  const quotient = v.div(
    v.mul(over, v.select(negative, v.const(-Math.PI), one)),
    v.mul(under, v.select(negative, factor, one)),
  );
  const lowered = v.mul(quotient, v.select(raised, v.const(Math.exp(-lift)), one));
  const value = v.select(v.and(negative, v.eq(sine, zero)), v.const(NaN), lowered);
  return v.select(v.eq(x, zero), v.div(one, x), value);
}
