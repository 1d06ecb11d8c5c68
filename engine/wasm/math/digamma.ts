// The polygamma functions of order 0, 1 and 2 on vectors.

import type { Lanes, Vec } from '../lanes.ts';
import { floatType } from './parts.ts';
import { polynomial } from './polynomial.ts';
import { cosineOf, sineOf, turnsOf } from './sinpi.ts';
import { digammaFar, digammaNear, digammaRoot, psi1, psi2 } from './special-tables.ts';

/**
 * ψ(x) = Γ′(x)/Γ(x), for every x; NaN at 0, −1, −2, … and at −∞.
 * (z − x₀) p(z) on [1, 2] around its zero x₀, one step of the recurrence between 0 and 3, the asymptotic series as a
 * polynomial beyond; to the left of zero reflection. Next to the zeros there the error is absolute, 6 ulp of the larger of 1 and
 * log |x| (the scalar meaning is relatively accurate there). Measured: 3 ulp on the right.
 * Source: DLMF 5.5.2, 5.5.4, 5.11.2; tables by test/wasm/fit_special.py.
 */
export function digamma(v: Lanes, x: Vec): Vec {
  const [zero, one] = [v.const(0), v.const(1)];
  const size = v.abs(x);
  const negative = v.lt(x, zero);
  const [small, large, far] = [v.lt(size, one), v.gt(size, v.const(2)), v.ge(size, v.const(3))];
  const less = v.sub(size, one);
  const z = v.select(small, v.add(size, one), v.select(large, less, size));
  const [high, low] = digammaRoot[floatType(v)];
  const factor = v.sub(v.sub(z, v.const(high)), v.const(low));
  const near = v.mul(factor, polynomial(v, digammaNear, v.sub(z, v.const(1.5))));
  const r = v.div(one, v.select(far, size, v.select(small, size, less)));
  const square = v.mul(r, r);
  const tail = v.fma(square, polynomial(v, digammaFar, square), v.mul(r, v.const(0.5)));
  const beyond = v.sub(v.use('log', size), tail);
  // Where x < 0 the −1/|x| of the recurrence and the 1/|x| of the reflection cancel.
  const step = v.select(large, r, v.select(v.andnot(small, negative), v.neg(r), zero));
  const right = v.select(far, beyond, v.add(near, step));
  // ψ(x) = ψ(−x) − 1/x − π cot πx
  const { r: turn } = turnsOf(v, size);
  const [sine, cosine] = [sineOf(v, turn), cosineOf(v, turn)];
  const wave = v.div(v.select(small, cosine, v.fma(cosine, size, sine)), v.select(small, sine, v.mul(sine, size)));
  const value = v.add(right, v.select(negative, wave, zero));
  return v.select(v.and(v.le(x, zero), v.eq(sine, zero)), v.const(NaN), value);
}

/**
 * ψ′(x), for every x; +∞ at its poles 0, −1, −2, … from both sides, NaN at −∞.
 * Three steps of the recurrence below 3, the asymptotic series as a polynomial beyond; to the left of zero reflection.
 * Measured: 5 ulp.
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
  const ratio = v.div(one, sineOf(v, turnsOf(v, size).r));
  return v.select(negative, v.sub(v.mul(ratio, ratio), right), right);
}

/**
 * ψ″(x), for every x; NaN at 0, −1, −2, … and at −∞, −0 at +∞. As {@link trigamma}; to the left of zero its error is
 * some ulps of 8, as large as the terms of the reflection are. Measured: 4 ulp on the right.
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
  const ratio = v.div(one, sine);
  const wave = v.mul(v.mul(v.mul(ratio, ratio), ratio), v.mul(cosineOf(v, turn), v.const(2)));
  const value = v.select(negative, v.add(right, wave), right);
  return v.select(v.and(v.le(x, zero), v.eq(sine, zero)), v.const(NaN), value);
}
