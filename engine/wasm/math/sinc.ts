// The slope of sinc on vectors.

import type { Lanes, Vec } from '../lanes.ts';
import { polynomial } from './polynomial.ts';
import { cosineOf, parityOf, sineOf, turnsOf } from './sinpi.ts';
import { slope } from './special-tables.ts';

/**
 * sinc′(x) = (cos πx − sinc x) / x, for every x, 0 at 0; NaN at ±∞. x p(x²) up to 3/4. Next to its zeros the error is
 * absolute, 4 ulp of 1/x.
 * Source: the normalised sinc function; table by test/wasm/fit_special.py.
 */
export function sincSlope(v: Lanes, x: Vec): Vec {
  // Added to +0, since the slope of sinc at 0 is that.
  const near = v.fma(x, polynomial(v, slope, v.mul(x, x)), v.const(0));
  const size = v.abs(x);
  const { n, r } = turnsOf(v, size);
  const wave = v.sub(cosineOf(v, r), v.div(sineOf(v, r), size));
  const far = v.div(v.xor(wave, parityOf(v, n)), x);
  return v.select(v.le(size, v.const(0.75)), near, far);
}
