// The slope of sinc on vectors.

import type { Lanes, Vec } from '../lanes.ts';
import { polynomial } from './polynomial.ts';
import type { Table } from './polynomial.ts';
import { cosineOf, parityOf, sineOf, turnsOf } from './sinpi.ts';

/** sinc′(x)/x in x², for |x| ≤ 3/4. */
const slope: Table = {
  f32: [-3.28986813, 3.24696948, -1.14450666, 0.209151634, -0.0233571169, 0.00161966195],
  f64: [
    -3.289868133696453, 3.2469697011334144, -1.1445109447324946, 0.2091827825410038, -0.02346081035193063,
    0.0017811454993856344, -9.766216412748897e-5, 4.049782985888116e-6, -1.3123908774810392e-7, 3.2288873121151383e-9,
  ],
};

/**
 * sinc′(x) = (cos πx − sinc x) / x, for every x, 0 at 0; NaN at ±∞. x p(x²) up to 3/4. Next to its zeros the error is
 * absolute, some ulps of 1/x.
 * Source: the normalised sinc function; table by test/wasm/fit_special.py.
 */
export function sincSlope(v: Lanes, x: Vec): Vec {
  // Added to +0, since the slope of sinc at 0 is that.
  const near = v.fma(x, polynomial(v, slope, v.mul(x, x)), v.const(0));
  const size = v.abs(x);
  const { n, r } = turnsOf(v, size);
  const wave = v.sub(cosineOf(v, r), v.div(v.mul(sineOf(v, r), v.const(1 / Math.PI)), size));
  const far = v.div(v.xor(wave, parityOf(v, n)), x);
  return v.select(v.le(size, v.const(0.75)), near, far);
}
