// log |Γ| and Γ on vectors.

import type { Lanes, Vec } from '../lanes.ts';
import { ln2High, ln2Low } from './exp.ts';
import { split } from './log.ts';
import { either, pick, product, quickSum } from './parts.ts';
import { polynomial } from './polynomial.ts';
import { parityOf, sineOf, turnsOf } from './sinpi.ts';
import { binet, lgammaNear, reciprocal } from './special-tables.ts';
import type { Table } from './tables.ts';

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
 * relatively accurate; next to its zeros left of −2 the error is absolute, 3 ulp of |x| log |x| (the scalar meaning is
 * relatively accurate there). Measured: 5 ulp elsewhere.
 * Source: DLMF 5.5.1, 5.5.3, 5.11.1; tables by test/wasm/fit_special.py.
 */
export function lgamma(v: Lanes, x: Vec): Vec {
  const size = v.abs(x);
  const [zero, one] = [v.const(0), v.const(1)];
  const small = v.lt(size, one);
  const far = v.ge(size, v.const(3));
  const logarithm = v.use('log', size);
  const near = lgammaNearOf(v, size, small);
  const tail = v.add(binetOf(v, size), v.const(halfLogTwoPi - 0.5));
  // Where log x is large, x log x − x loses less than x (log x − 1).
  const stirling = v.fma(v.sub(size, v.const(0.5)), v.sub(logarithm, one), tail);
  const shifted = v.select(far, stirling, near);
  // Added to +0, since the product is −0 at 1.
  const right = v.add(shifted, v.select(small, v.neg(logarithm), zero));
  // log |Γ(x)| = −log |x sin πx / π| − log Γ(−x), in which the log x of small x cancels.
  const sine = v.abs(sineOf(v, turnsOf(v, v.pmin(size, v.const(2 ** 53))).r));
  const left = v.sub(v.neg(v.use('log', v.select(small, sine, v.mul(sine, size)))), shifted);
  const value = v.select(v.lt(x, zero), left, right);
  return v.select(v.and(v.lt(x, zero), v.eq(sine, zero)), v.const(Infinity), value);
}

/** log x as high + low with some ten bits more than a float has, for normal x. */
function logPair(v: Lanes, x: Vec): readonly [high: Vec, low: Vec] {
  const { k, m } = split(v, x);
  // s = f / (2 + f) with what its rounding lost, f exact; log m = 2 atanh s.
  const f = v.sub(m, v.const(1));
  const below = v.add(f, v.const(2));
  const lost = v.sub(f, v.sub(below, v.const(2)));
  const inverse = v.div(v.const(1), below);
  const s = v.mul(f, inverse);
  const [back, backLow] = product(v, s, below);
  const rest = v.mul(v.nfma(s, lost, v.sub(v.sub(f, back), backLow)), inverse);
  const square = v.mul(s, s);
  const series = v.mul(v.mul(s, square), polynomial(v, atanh, square));
  // |k ln 2| ≥ |2s| or k = 0.
  const [high, tail] = quickSum(v, v.mul(k, v.const(pick(v, ln2High))), v.add(s, s));
  return [high, v.add(tail, v.fma(k, v.const(pick(v, ln2Low)), v.add(series, v.add(rest, rest))))];
}

/** (2 atanh s − 2s) / s³ in s², for |s| ≤ 0.172. */
const atanh: Table = {
  f32: [2 / 3, 2 / 5, 2 / 7, 2 / 9],
  f64: [2 / 3, 2 / 5, 2 / 7, 2 / 9, 2 / 11, 2 / 13, 2 / 15, 2 / 17, 2 / 19, 2 / 21],
};

/**
 * Γ(x), for every x; ±∞ at ±0, NaN at the negative integers and at −∞, +∞ from 171.63 on (float32: 35.04).
 * 1/Γ's polynomial on [1, 2] and one step of the recurrence up to 3; beyond e to the power of Stirling's formula, which is
 * carried to ten bits more than a float has; to the left of zero reflection. Measured: 5 ulp.
 * Source: DLMF 5.5.1, 5.5.3, 5.11.1; tables by test/wasm/fit_special.py.
 */
export function gamma(v: Lanes, x: Vec): Vec {
  const [zero, one] = [v.const(0), v.const(1)];
  const negative = v.lt(x, zero);
  const whole = v.abs(x);
  const size = v.pmin(whole, either(v, 60, 200));
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
  const [ln, lnLow] = logPair(v, size);
  const a = v.sub(size, v.const(0.5));
  const [main, mainLow] = product(v, a, ln);
  const [high, lost] = quickSum(v, main, v.neg(size));
  const tail = v.add(binetOf(v, size), v.const(halfLogTwoPi));
  // The tail is of the size of log √(2π).
  const [power, rest] = quickSum(v, high, v.add(v.fma(a, lnLow, v.add(mainLow, lost)), tail));
  // Left of zero its reciprocal, raised out of the subnormal numbers.
  const raised = v.and(v.and(negative, far), v.gt(power, either(v, 60, 400)));
  const lift = pick(v, { f32: 40, f64: 100 });
  const e = v.use('exp', v.add(v.select(negative, v.neg(power), power), v.select(raised, v.const(lift), zero)));
  const stirling = v.mul(e, v.add(v.select(negative, v.neg(rest), rest), one));

  const { n, r: turn } = turnsOf(v, whole);
  const sine = v.xor(sineOf(v, turn), parityOf(v, n));
  // −π / (|x| sin π|x|) by 1/Γ(|x|).
  const factor = v.mul(sine, v.select(small, one, whole));
  const over = v.select(far, stirling, v.select(negative, bottom, top));
  const under = v.select(far, one, v.select(negative, top, bottom));
  const quotient = v.div(v.select(negative, v.neg(over), over), v.mul(under, v.select(negative, factor, one)));
  const lowered = v.mul(quotient, v.select(raised, v.const(Math.exp(-lift)), one));
  const value = v.select(v.and(negative, v.eq(sine, zero)), v.const(NaN), lowered);
  return v.select(v.eq(x, zero), v.div(one, x), value);
}
