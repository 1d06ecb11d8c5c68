// The gamma function and the logarithm of its absolute value.

import { bernoulli } from './bernoulli.ts';
import { add, divide, multiply, type Pair, pair, value } from './doubledouble.ts';
import { polynomial } from './polynomial.ts';
import { sinpi } from './sinpi.ts';

/** log Γ(x) / ((x − 1)(x − 2)), 0.5 ≤ argument ≤ 1.0, powers of (argument − 0.75) */
const lgammaHalf = [
  0.6504990445801452, -0.35235940133201404, 0.2940853672244361, -0.28891120177365553, 0.30726139434977534,
  -0.34197894986537564, 0.39194610226486226, -0.45856511694430363, 0.5448303112833561, -0.6551522415961885,
  0.7954832398116802, -0.9736396959210937, 1.1999105026827217, -1.4870965072841196, 1.8473388646565838,
  -2.3107310048807546, 2.994639960076686, -3.7748708687945545, 3.6614222354637915, -4.627344380816668,
  13.34970945138487, -17.034836481060527,
];
/** log Γ(x) / ((x − 1)(x − 2)), 1 ≤ argument ≤ 2.0, powers of (argument − 1.5) */
const lgammaOne = [
  0.4831289505409809, -0.14595989591430608, 0.06291140107456439, -0.031308487501010646, 0.01679709863127416,
  -0.009425622448525798, 0.005446457839126065, -0.0032120740737152814, 0.0019229163127905161, -0.0011644145847310124,
  0.000711519067515296, -0.00043799307479613914, 0.00027131373861446925, -0.0001689178215524898, 0.00010535512483785591,
  -6.614136022346414e-5, 4.30276814976503e-5, -2.7201673025504752e-5, 1.3186019073996835e-5, -8.355075869795273e-6,
  1.2140008083973407e-5, -7.760660152513446e-6,
];
/** log Γ(x) / ((x − 1)(x − 2)), 2 ≤ argument ≤ 3.0, powers of (argument − 2.5) */
const lgammaTwo = [
  0.37957716063055885, -0.07466357415449941, 0.019905154304743208, -0.006018768527036914, 0.0019490574889463365,
  -0.0006586397065650056, 0.00022905363747507287, -8.130229408034726e-5, 2.929928312004998e-5, -1.0682259123883373e-5,
  3.9305860909127655e-6, -1.4575541733757617e-6, 5.436082854534496e-7, -2.015090104183497e-7, 7.585695078040205e-8,
  -3.385821013938236e-8, 1.2848137769988069e-8,
];
/** B₂ₖ / (2k (2k − 1)), Stirling's series. */
export const stirling = bernoulli.slice(0, 9).map((b, k) => b / ((2 * k + 2) * (2 * k + 1)));
const halfLogTwoPi = 0.9189385332046728;

/** Taylor coefficients of 1/Γ(1 + t) at 0, high halves */
const reciprocalHigh = [
  1.0, 0.5772156649015329, -0.6558780715202539, -0.04200263503409524, 0.16653861138229148, -0.04219773455554433,
  -0.009621971527876973, 0.0072189432466631, -0.0011651675918590652, -0.00021524167411495098, 0.0001280502823881162,
  -2.013485478078824e-5, -1.2504934821426706e-6, 1.133027231981696e-6, -2.056338416977607e-7, 6.116095104481416e-9,
  5.002007644469223e-9, -1.18127457048702e-9, 1.0434267116911005e-10, 7.782263439905071e-12, -3.696805618642206e-12,
  5.100370287454476e-13, -2.0583260535665066e-14, -5.348122539423018e-15, 1.2267786282382608e-15,
  -1.1812593016974588e-16, 1.1866922547516004e-18, 1.4123806553180319e-18, -2.29874568443537e-19,
  1.7144063219273374e-20, 1.337351730493693e-22, -2.0542335517666728e-22, 2.736030048608e-23, -1.7323564459105165e-24,
  -2.3606190244992872e-26,
];
/** their low halves */
const reciprocalLow = [
  0.0, -4.942915152430645e-18, 2.137185197068536e-17, 1.4920306285650505e-18, 1.0189144546842026e-17,
  -3.3579992682480134e-18, -5.300031368830263e-19, -3.6006537063394283e-19, 5.659947853880981e-20,
  2.3758686180729364e-21, -9.359124499198967e-21, 3.0488773972037385e-23, -2.66214092271898e-23, -4.622235212104869e-23,
  -3.0061601618645134e-24, -2.693458298171306e-25, -1.538123614056751e-26, -1.0052356155716208e-25,
  -2.9298419956825035e-27, 4.397255556595848e-28, 2.7050034921703885e-28, 2.253001461085878e-29,
  -1.4747481491954336e-30, -1.6208384686356568e-31, -5.072915146023867e-32, 6.422257838149681e-33,
  -4.2037265494226014e-35, -7.576946701116294e-35, 1.3335481917069145e-36, 5.230715150426935e-38,
  2.6434059649079228e-39, 3.6856892424568953e-39, -2.8599315416397774e-39, -1.7540883508197598e-40,
  -1.260225016995785e-42,
];
/** From here on the terms are too small for their low halves to matter. */
const single = 20;

/**
 * log |Γ(x)|, for every x; +∞ at the poles 0, −1, −2, … and at ±∞.
 * (x − 1)(x − 2) p(x) on [1/2, 3), whose zeros are exact, the recurrence up to 10 and Stirling's series beyond; to the left
 * of zero the logarithm of a double-double Γ, so that the zeros between the poles are right too, and reflection below −30.
 * Measured: 2.7 ulp.
 * Source: DLMF 5.5.1, 5.5.3, 5.11.1; tables fitted by test/numeric/fit.py.
 */
export function lgamma(x: number): number {
  if (x <= 0) return leftLgamma(x);
  if (x < 0.5) return lgamma(1 + x) - Math.log(x);
  if (x < 3) {
    const shape =
      x < 1
        ? polynomial(lgammaHalf, x - 0.75)
        : x < 2
          ? polynomial(lgammaOne, x - 1.5)
          : polynomial(lgammaTwo, x - 2.5);
    // Added to +0, since the product is −0 at 1.
    return 0 + (x - 1) * (x - 2) * shape;
  }
  if (x < 10) {
    let factor = 1;
    let y = x;
    while (y >= 3) factor *= --y;
    return lgamma(y) + Math.log(factor);
  }
  if (x > 1e300) return x * (Math.log(x) - 1);
  const r = 1 / x;
  const log = Math.log(x);
  // Where log x is large, x log x − x loses less than x (log x − 1).
  return (x - 0.5) * (log - 1) + (halfLogTwoPi - 0.5 + r * polynomial(stirling, r * r));
}

function leftLgamma(x: number): number {
  if (Math.floor(x) === x) return Infinity;
  if (x > -1e-20) return -Math.log(-x);
  if (x > -30) {
    const g = gammaPair(x);
    const size = Math.abs(g.high);
    const low = g.high < 0 ? -g.low : g.low;
    return size > 0.5 && size < 2 ? Math.log1p(size - 1 + low) : Math.log(size) + low / size;
  }
  return Math.log(Math.PI / Math.abs(x * sinpi(x))) - lgamma(-x);
}

/**
 * Γ(x), for every x; ±∞ at ±0, NaN at the negative integers and at −∞, +∞ from 171.63 on.
 * The recurrence from 1/Γ's Taylor series on [1/2, 3/2], in double-double. Measured: 0.5 ulp.
 * Source: DLMF 5.5.1, 5.7.1; J. W. Wrench, Concerning two series for the gamma function (1968); table by test/numeric/fit.py.
 */
export function gamma(x: number): number {
  if (x === 0) return 1 / x;
  if (x < 0 && Math.floor(x) === x) return NaN;
  if (Math.abs(x) < 1e-20) return 1 / x;
  if (x > 172) return Infinity;
  // Below, even next to the poles, the value rounds to zero.
  if (x < -190) return Math.floor(x) % 2 === 0 ? 0 : -0;
  if (x < -100 || x > 100) {
    const g = gammaPair(x, 2 ** -400);
    return x < 0 ? value(g) * 2 ** -400 : value(g) * 2 ** 400;
  }
  return value(gammaPair(x));
}

/** Γ(x) · scale for x above 0, Γ(x) / scale below, for |x| ≥ 10⁻²⁰ and x not a pole. */
function gammaPair(x: number, scale = 1): Pair {
  const n = Math.round(x);
  const reciprocal = reciprocalGamma(x - n);
  let product = pair(scale);
  if (n > 0) {
    for (let k = 1; k < n; k++) product = multiply(product, pair(x - k));
    return divide(product, reciprocal);
  }
  for (let k = 0; k <= -n; k++) product = multiply(product, pair(x + k));
  return divide(pair(1), multiply(product, reciprocal));
}

/** 1/Γ(1 + t) for |t| ≤ 1/2. */
function reciprocalGamma(t: number): Pair {
  let sum = pair(polynomial(reciprocalHigh.slice(single), t));
  for (let k = single - 1; k >= 0; k--) sum = add(multiply(sum, pair(t)), pair(reciprocalHigh[k], reciprocalLow[k]));
  return sum;
}
