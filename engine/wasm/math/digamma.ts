// The polygamma functions of order 0, 1 and 2 on vectors.

import type { Lanes, Vec } from '../lanes.ts';
import { polynomial } from './polynomial.ts';
import type { Table } from './polynomial.ts';
import { log } from './provisional.ts';
import { cosineOf, sineOf, turnsOf } from './sinpi.ts';

/** ψ(z) / (z − x₀) in z − 3/2, 1 ≤ z ≤ 2. */
const digammaNear: Table = {
  f32: [
    0.951055876, -0.423627499, 0.240542616, -0.148398786, 0.0949820864, -0.062057067, 0.040879299, -0.0257810609,
    0.0169805835, -0.0163840093, 0.0111183848,
  ],
  f64: [
    0.951055876031833, -0.4236274212814606, 0.24054248424077398, -0.14840492305389008, 0.09498872445497218,
    -0.061922133274693564, 0.04076083381083047, -0.026975796691367435, 0.017907252480924483, -0.011908219416618486,
    0.007926944025285668, -0.00527994629750769, 0.0035190120631731353, -0.002345420419508292, 0.0015565998138356073,
    -0.0010368441298056461, 0.0007234354499087329, -0.00048472369827997724, 0.00022702789494047015,
    -0.00014698990262710404, 0.00025984935519682083, -0.0001765534456598464,
  ],
};
/** x² (log x − 1/(2x) − ψ(x)) in 1/x², for x ≥ 3. */
const digammaFar: Table = {
  f32: [0.0833324088, -0.00828638133, 0.00323232376],
  f64: [
    0.0833333333333117, -0.00833333332285398, 0.003968252125242576, -0.004166499554626157, 0.007566660041752572,
    -0.02076869724515184, 0.07532632802079871, -0.2990584347917825, 1.0418511790652674, -2.526808700827808,
    3.000886252883825,
  ],
};
/** x² (x ψ′(x) − 1 − 1/(2x)) in 1/x², for x ≥ 3. */
const psi1: Table = {
  f32: [0.166666294, -0.0332987638, 0.0227841962, -0.0203566635],
  f64: [
    0.16666666666665836, -0.03333333332702116, 0.023809522123151763, -0.033333104404135144, 0.0757389864556973,
    -0.25212235454338466, 1.1297377231001995, -6.082982235431707, 33.75450385453188, -164.57498098218824,
    609.1919552660465, -1453.2976782324033, 1637.3533851916143,
  ],
};
/** x² (−x² ψ′′(x) − 1 − 1/x) in 1/x², for x ≥ 3. */
const psi2: Table = {
  f32: [0.499996358, -0.166325601, 0.156406795, -0.166562425],
  f64: [
    0.4999999999999633, -0.16666666663450536, 0.16666665674342224, -0.2999984394156271, 0.833185886896913,
    -3.281276662196637, 17.09626372510306, -107.48082634705831, 716.5558239728659, -4408.6367427468, 22146.238447517408,
    -81116.6939189025, 187716.73145606165, -203355.69477883153,
  ],
};

/** The zero of ψ in two halves. */
const root = {
  f32: [1.4616321325302124, 1.2438149938918909e-8],
  f64: [1.4616321449683622, 9.549995429965697e-17],
} as const;

/**
 * ψ(x) = Γ′(x)/Γ(x), for every x; NaN at 0, −1, −2, … and at −∞.
 * (z − x₀) p(z) on [1, 2] around its zero x₀, one step of the recurrence between 0 and 3, the asymptotic series as a
 * polynomial beyond; to the left of zero reflection. Next to the zeros there the error is absolute, some ulps of log(−x).
 * Source: DLMF 5.5.2, 5.5.4, 5.11.2; tables by test/wasm/fit_special.py.
 */
export function digamma(v: Lanes, x: Vec): Vec {
  const [zero, one] = [v.const(0), v.const(1)];
  const size = v.abs(x);
  const negative = v.lt(x, zero);
  const [small, large, far] = [v.lt(size, one), v.gt(size, v.const(2)), v.ge(size, v.const(3))];
  const less = v.sub(size, one);
  const z = v.select(small, v.add(size, one), v.select(large, less, size));
  const [high, low] = root[v.type === 'f32' ? 'f32' : 'f64'];
  const factor = v.sub(v.sub(z, v.const(high)), v.const(low));
  const near = v.mul(factor, polynomial(v, digammaNear, v.sub(z, v.const(1.5))));
  const r = v.div(one, v.select(far, size, v.select(small, size, less)));
  const square = v.mul(r, r);
  const tail = v.fma(square, polynomial(v, digammaFar, square), v.mul(r, v.const(0.5)));
  const beyond = v.sub(log(v, size), tail);
  // Where x < 0 the −1/|x| of the recurrence and the 1/|x| of the reflection cancel.
  const step = v.select(large, r, v.select(v.andnot(small, negative), v.neg(r), zero));
  const right = v.select(far, beyond, v.add(near, step));
  // ψ(x) = ψ(−x) − 1/x − π cot πx
  const { r: turn } = turnsOf(v, size);
  const [sine, cosine] = [sineOf(v, turn), v.mul(cosineOf(v, turn), v.const(Math.PI))];
  const wave = v.div(v.select(small, cosine, v.fma(cosine, size, sine)), v.select(small, sine, v.mul(sine, size)));
  const value = v.add(right, v.select(negative, wave, zero));
  return v.select(v.and(v.le(x, zero), v.eq(sine, zero)), v.const(NaN), value);
}

/**
 * ψ′(x), for every x; +∞ at its poles 0, −1, −2, … from both sides, NaN at −∞.
 * Three steps of the recurrence below 3, the asymptotic series as a polynomial beyond; to the left of zero reflection.
 * Source: DLMF 5.15.1, 5.15.5, 5.15.6, 5.15.8; table by test/wasm/fit_special.py.
 */
export function trigamma(v: Lanes, x: Vec): Vec {
  const [zero, one] = [v.const(0), v.const(1)];
  const size = v.abs(x);
  const negative = v.lt(x, zero);
  const base = v.select(negative, v.add(size, one), size);
  const near = v.lt(base, v.const(3));
  const [second, third] = [v.add(base, one), v.add(base, v.const(2))];
  const r = v.div(one, v.select(near, v.add(base, v.const(3)), base));
  const square = v.mul(r, r);
  const series = v.add(v.fma(square, polynomial(v, psi1, square), v.mul(r, v.const(0.5))), one);
  // 1/a² + 1/b² + 1/c² = (b²c² + a²(b² + c²)) / (abc)²
  const [a, b, c] = [base, second, third].map((y) => v.mul(y, y));
  const product = v.mul(v.mul(base, second), third);
  const steps = v.div(v.fma(a, v.add(b, c), v.mul(b, c)), v.mul(product, product));
  const right = v.fma(r, series, v.select(near, steps, zero));
  // ψ′(x) = π² / sin² πx − ψ′(1 − x)
  const ratio = v.div(v.const(Math.PI), sineOf(v, turnsOf(v, size).r));
  return v.select(negative, v.sub(v.mul(ratio, ratio), right), right);
}

/**
 * ψ″(x), for every x; NaN at 0, −1, −2, … and at −∞, −0 at +∞. As {@link trigamma}; to the left of zero its error is
 * relative to the larger term of the reflection.
 */
export function tetragamma(v: Lanes, x: Vec): Vec {
  const [zero, one] = [v.const(0), v.const(1)];
  const size = v.abs(x);
  const negative = v.lt(x, zero);
  const base = v.select(negative, v.add(size, one), size);
  const near = v.lt(base, v.const(3));
  const r = v.div(one, v.select(near, v.add(base, v.const(3)), base));
  const square = v.mul(r, r);
  const series = v.add(v.fma(square, polynomial(v, psi2, square), r), one);
  // 1/a³ + 1/b³ + 1/c³ over their common denominator
  const [second, third] = [v.add(base, one), v.add(base, v.const(2))];
  const cube = (y: Vec): Vec => v.mul(v.mul(y, y), y);
  const [a, b, c] = [cube(base), cube(second), cube(third)];
  const steps = v.div(v.fma(a, v.add(b, c), v.mul(b, c)), v.mul(a, v.mul(b, c)));
  const right = v.nfma(square, series, v.select(near, v.mul(steps, v.const(-2)), v.const(-0)));
  // ψ″(x) = ψ″(1 − x) − 2π³ cos πx / sin³ πx
  const { r: turn } = turnsOf(v, size);
  const sine = sineOf(v, turn);
  const ratio = v.div(v.const(Math.PI), sine);
  const wave = v.mul(v.mul(v.mul(ratio, ratio), ratio), v.mul(cosineOf(v, turn), v.const(2)));
  const value = v.select(negative, v.add(right, wave), right);
  return v.select(v.and(v.le(x, zero), v.eq(sine, zero)), v.const(NaN), value);
}
