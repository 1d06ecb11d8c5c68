// erf, erfc and the scaled erfcx on vectors.

import type { Lanes, Vec } from '../lanes.ts';
import { compactOf } from './compact.ts';
import { polynomial } from './polynomial.ts';
import type { Table } from './polynomial.ts';
import { exp } from './provisional.ts';
import { squareOf } from './square.ts';

/** erf(x)/x − 1 in x², for |x| < 1. */
const erfNear: Table = {
  f32: [0.128379166, -0.376126258, 0.112835851, -0.0268538119, 0.00518832764, -0.000801019362, 7.85386247e-5],
  f64: [
    0.12837916709551256, -0.3761263890318352, 0.11283791670944184, -0.026866170643111312, 0.00522397760611729,
    -0.0008548325929261211, 0.00012055293575395945, -1.492471227462154e-5, 1.6447131250034472e-6, -1.620631141202946e-7,
    1.371097068691106e-8, -7.779451093673511e-10,
  ],
};
/** −log erfc x in x − 3, from 1 to where erf rounds to 1. */
const erfFar: Table = {
  f32: [10.7203223, 6.30339047, 0.956267332, 0.00569462124, -0.00278429283, -0.000407141047, -0.000186376046],
  f64: [
    10.720363041980844, 6.303753689003224, 0.9573942188219375, 0.007411891878763621, -0.0013533104353799748,
    0.0002456915911334448, -4.308280499306361e-5, 7.11540103630587e-6, -1.0675286973986427e-6, 1.3835455192955017e-7,
    -1.1196082458459754e-8, -2.016605383004663e-9, -5.788741701152195e-10, -4.268539300655863e-10,
    2.522410979516612e-10, 1.5103978123230928e-10, 4.685794721605461e-11, 4.928240371356364e-12,
  ],
};
/** (x + 4) erfcx x in s = (x − 4) / (x + 4), for x ≥ 0. */
const scaledTail: Table = {
  f32: [
    1.09599566, -0.976548701, 0.773208886, -0.540854762, 0.330849385, -0.174002576, 0.0763907047, -0.0264016112,
    0.00609627777, -0.00022348466, -0.000446126652, 0.000125930492,
  ],
  f64: [
    1.095995661000491, -0.9765487290808816, 0.7732087022652332, -0.5408538313132637, 0.3308515878782121,
    -0.17401093723913752, 0.07638151490537531, -0.02637005335061504, 0.00611205569473955, -0.0002809587907802679,
    -0.0004550529065943934, 0.00017681248110860677, -3.6343966822116053e-6, -1.8859885469165855e-5, 4.692750269878e-6,
    1.4221932224707145e-6, -8.4409782144503e-7, -7.286010977334611e-8, 1.228657527263785e-7, -1.3783346733381422e-9,
    -1.541887144895728e-8, 1.153858995941157e-9, 1.2337737454901876e-9, -1.5572006258483138e-10,
  ],
};

/**
 * Error function, for every x; ±1 at ±∞, zeros keep their sign. At most 2 ulp.
 * x + x p(x²) below 1, else 1 − e^(−p(x)).
 * Source: the definition (DLMF 7.2.1); tables by test/wasm/fit_special.py.
 */
export function erf(v: Lanes, x: Vec): Vec {
  const size = v.abs(x);
  const near = v.fma(x, polynomial(v, erfNear, v.mul(x, x)), x);
  const y = v.sub(v.pmin(size, v.const(v.type === 'f32' ? 4 : 6)), v.const(3));
  const far = v.sub(v.const(1), exp(v, v.neg(polynomial(v, erfFar, y))));
  return v.select(v.lt(size, v.const(1)), near, copySign(v, far, x));
}

/** A positive number with the sign of another. */
export const copySign = (v: Lanes, size: Vec, x: Vec): Vec => v.or(size, v.and(x, v.const(-0)));

/**
 * Complementary error function 1 − erf x, for every x; its relative accuracy lasts to the underflow.
 * e^(−x²) erfcx x with x² carried exactly, and 2 less that of −x on the left.
 * Source: DLMF 7.2.2, 7.2.3.
 */
export function erfc(v: Lanes, x: Vec): Vec {
  const size = v.pmin(v.abs(x), v.const(v.type === 'f32' ? 11 : 28));
  const { high, low } = squareOf(v, size);
  const e = exp(v, v.neg(high));
  const y = v.mul(scaledOf(v, size), v.nfma(e, low, e));
  return v.select(v.lt(x, v.const(0)), v.sub(v.const(2), y), y);
}

/**
 * Scaled complementary error function e^(x²) erfc x; +∞ below −26.63 (float32: −9.38) and 0 at +∞.
 * On the left 2 e^(x²) − erfcx(−x).
 * Source: as erfc.
 */
export function erfcx(v: Lanes, x: Vec): Vec {
  const size = v.abs(x);
  const { high, low } = squareOf(v, v.pmin(size, v.const(v.type === 'f32' ? 10 : 27)));
  const two = v.const(2);
  const right = scaledOf(v, size);
  const left = v.sub(v.mul(exp(v, high), v.fma(two, low, two)), right);
  return v.select(v.lt(x, v.const(0)), left, right);
}

/**
 * erfcx x for x ≥ 0: a polynomial in (x − 4)/(x + 4) over x + 4.
 * Source: M. M. Shepherd and J. G. Laframboise, Chebyshev approximation of (1 + 2x) exp(x²) erfc x in 0 ≤ x < ∞ (1981),
 * for the change of variable.
 */
function scaledOf(v: Lanes, x: Vec): Vec {
  const { t, s } = compactOf(v, x, 4);
  return v.mul(t, polynomial(v, scaledTail, s));
}
