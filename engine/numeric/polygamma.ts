// The polygamma functions and Hurwitz's zeta function.

import { bernoulli, bernoulliOver } from './bernoulli.ts';
import { add, divide, log, multiply, negate, type Pair, pair, pi, sinCos, twoSum, value } from './doubledouble.ts';
import { gamma, lgamma } from './gamma.ts';
import { polynomial } from './polynomial.ts';
import { cospi, sinpi } from './sinpi.ts';

/** The zero of ψ in two halves. */
const root = 1.4616321449683622;
const rootLow = 9.549995429965697e-17;
/** ψ(x) / (x − x₀), 1 ≤ argument ≤ 2.0, powers of (argument − 1.5) */
const digammaOne = [
  0.9510558760318328, -0.42362742128146047, 0.24054248424078736, -0.14840492305391761, 0.09498872445283,
  -0.06192213327165706, 0.04076083394462657, -0.02697579684427536, 0.017907248195969127, -0.011908215172584002,
  0.007927024067961237, -0.00528001782089874, 0.0035180800751066694, -0.002344650082351321, 0.0015635679757533885,
  -0.001042261556504223, 0.0006899717801166841, -0.0004599625144612576, 0.0003268068044141764, -0.0002178682145501451,
  9.173383289174792e-5, -6.11554261750751e-5, 0.00012230983055406747, -8.153978973309418e-5,
];
const digammaSeries = bernoulli.slice(0, 9).map((b, k) => b / (2 * k + 2));
const digammaTerms = bernoulliOver((n) => n);

/**
 * ψ(x) = Γ′(x)/Γ(x), for every x; NaN at 0, −1, −2, …, where its two limits differ, and at −∞.
 * (x − x₀) p(x) on [1, 2] around its zero x₀, the recurrence up to 10 and the asymptotic series beyond; to the left of zero
 * reflection, in double-double where its two terms cancel. Measured: 2.5 ulp.
 * Source: DLMF 5.5.2, 5.5.4, 5.11.2; table fitted by test/numeric/fit.py.
 */
export function digamma(x: number): number {
  if (x <= 0) return leftDigamma(x);
  if (x < 1) return digamma(1 + x) - 1 / x;
  if (x <= 2) return (x - root - rootLow) * polynomial(digammaOne, x - 1.5);
  if (x < 10) {
    let y = x;
    let sum = 0;
    while (y > 2) sum += 1 / --y;
    return digamma(y) + sum;
  }
  const r = 1 / x;
  return Math.log(x) - (0.5 * r + r * r * polynomial(digammaSeries, r * r));
}

function leftDigamma(x: number): number {
  if (Math.floor(x) === x) return NaN;
  if (x > -1e-9) return -1 / x - 0.5772156649015329;
  const right = digamma(-x) - 1 / x;
  const turn = (Math.PI * cospi(x)) / sinpi(x);
  const y = right - turn;
  if (Math.abs(y) > 0.75 * Math.max(Math.abs(right), Math.abs(turn), -1 / x)) return y;
  const { sin, cos } = sinCos(multiply(pi, pair(x - Math.round(x))));
  const exact = add(digammaPair(-x), divide(pair(-1), pair(x)));
  return value(add(exact, negate(multiply(pi, divide(cos, sin)))));
}

/** ψ(x) in double-double for x > 0, with terms enough from 25 on. */
function digammaPair(x: number): Pair {
  let sum = pair(0);
  let y = pair(x);
  for (; y.high < 25; y = add(y, pair(1))) sum = add(sum, negate(divide(pair(1), y)));
  const r = divide(pair(1), y);
  const square = multiply(r, r);
  let series = pair(0);
  for (const term of digammaTerms.toReversed()) series = add(multiply(series, square), term);
  const tail = add(pair(r.high / 2, r.low / 2), multiply(square, series));
  return add(add(log(y), negate(tail)), sum);
}

/**
 * ψ′(x), for every x; +∞ at its poles 0, −1, −2, …, from both sides; NaN at −∞. Measured: 1.7 ulp.
 * Source: DLMF 5.15.1, ζ(2, x).
 */
export const trigamma = (x: number): number => zeta(2, x);

/**
 * ψ⁽ⁿ⁾(x), the n-th derivative of digamma, for integers n ≥ 0 and every x. At the poles 0, −1, −2, … +∞ for odd n, and NaN
 * for even n, where the limits differ. Measured: 2.2 ulp, for x < 0 and even n relative to the largest term
 * of ζ; some 10⁻¹³ where n! or ζ overflows or underflows alone.
 * Source: DLMF 5.15.1, (−1)ⁿ⁺¹ n! ζ(n + 1, x).
 */
export function polygamma(n: number, x: number): number {
  if (!(Number.isInteger(n) && n >= 0)) return NaN;
  if (n === 0) return digamma(x);
  if (n % 2 === 0 && x <= 0 && Math.floor(x) === x) return NaN;
  const sign = n % 2 === 0 ? -1 : 1;
  if (x === Infinity) return sign < 0 ? -0 : 0;
  const z = zeta(n + 1, x);
  const size = Math.abs(z);
  const factorial = gamma(n + 1);
  if (!(factorial === Infinity || size === Infinity || size < 1e-290) || !(x > 0)) {
    return sign * factorial * z;
  }
  // Where one of the two overflows or underflows alone, both by their logarithms, ζ as x⁻ˢ times a moderate number.
  return sign * Math.exp(lgamma(n + 1) - (n + 1) * Math.log(x)) * sumPowers(n + 1, x, Infinity, x);
}

/**
 * Hurwitz's ζ(s, q) = Σ (q + k)⁻ˢ for s > 1; +∞ at s = 1, NaN below. Left of q = 0 only for whole s, and +∞ at the poles.
 * Terms one by one until they stop mattering or q + k passes s + 10, then Euler and Maclaurin's sum. Measured: 2.1 ulp,
 * for q < 0 and odd s relative to the largest term.
 * Source: DLMF 25.11.1, 25.11.5.
 */
export function zeta(s: number, q: number): number {
  if (!(s >= 1) || Number.isNaN(q)) return NaN;
  if (s === 1) return Infinity;
  if (q <= 0) return leftZeta(s, q);
  if (q === Infinity) return 0;
  if (s === Infinity) return q > 1 ? 0 : q === 1 ? 1 : Infinity;
  return sumPowers(s, q, Infinity);
}

/** ζ(s, q) for q ≤ 0: r⁻ˢ for the r within ½ of zero, the terms to its right, and those between it and q. */
function leftZeta(s: number, q: number): number {
  if (Math.floor(q) === q) return q === -Infinity ? NaN : Infinity;
  if (Math.floor(s) !== s) return NaN;
  const sign = s % 2 === 0 ? 1 : -1;
  const r = q - Math.round(q);
  const between = -Math.round(q);
  const left = between < 60 ? sumPowers(s, 1 - r, between) : zeta(s, 1 - r) - zeta(s, 1 - q);
  return Math.pow(r, -s) + (zeta(s, 1 + r) + sign * left);
}

/** The first `count` terms of unitˢ ζ(s, q), q > 0. */
function sumPowers(s: number, q: number, count: number, unit = 1): number {
  // Where q + k rounds to q, a geometric series: (1 + k/q)⁻ˢ is e^(−ks/q) to an ulp.
  if (q > 1e15 && s + 10 > q) return -Math.pow(q / unit, -s) / Math.expm1(-s / q);
  let sum = 0;
  let lost = 0;
  for (let k = 0; k < count; k++) {
    const y = q + k;
    // What rounding took from q + k counts s times in the power.
    const dy = q - (y - k);
    if (count === Infinity && y >= 10 && y >= s + 10) {
      const tail = zetaTail(s, y, unit) * (1 - ((s - 1) * dy) / y);
      return sum === 0 ? tail : sum + (tail + lost);
    }
    const term = Math.pow(y / unit, -s) * (1 - (s * dy) / y);
    const next = twoSum(sum, term);
    if (next.high === Infinity) return Infinity;
    sum = next.high;
    lost += next.low;
    // All that follows is at most the term's integral.
    if (term * (1 + y / (s - 1)) <= 2 ** -56 * sum) break;
  }
  return sum + lost;
}

/** unitˢ ζ(s, y) by Euler and Maclaurin: y¹⁻ˢ (1/(s − 1) + (½ + Σ B₂ⱼ/(2j)! s(s + 1)…(s + 2j − 2) y¹⁻²ʲ) / y). */
function zetaTail(s: number, y: number, unit: number): number {
  let term = s / y;
  let sum = 0;
  for (let j = 1; j <= bernoulli.length; j++) {
    term /= 2 * j * (2 * j - 1);
    sum += bernoulli[j - 1] * term;
    term *= ((s + 2 * j - 1) / y) * ((s + 2 * j) / y);
  }
  return unit * Math.pow(y / unit, 1 - s) * (1 / (s - 1) + (0.5 + sum) / y);
}
