// erf, erfc and the scaled erfcx on vectors.

import type { Lanes, Vec } from '../lanes.ts';
import { compactOf } from './compact.ts';
import { polynomial } from './polynomial.ts';
import { either, product, withSign } from './parts.ts';
import { erfNear, erfFar, scaledTail } from './special-tables.ts';

/**
 * Error function, for every x; ±1 at ±∞, zeros keep their sign.
 * x + x p(x²) below 1, else 1 − e^(−p(x)). Measured: 2 ulp.
 * Source: the definition (DLMF 7.2.1); tables by test/wasm/fit_special.py.
 */
export function erf(v: Lanes, x: Vec): Vec {
  const size = v.abs(x);
  const near = v.fma(x, polynomial(v, erfNear, v.mul(x, x)), x);
  const y = v.sub(v.pmin(size, either(v, 4, 6)), v.const(3));
  const far = v.sub(v.const(1), v.use('exp', v.neg(polynomial(v, erfFar, y))));
  return v.select(v.lt(size, v.const(1)), near, withSign(v, far, x));
}

/**
 * Complementary error function 1 − erf x, for every x; its relative accuracy lasts to the underflow.
 * e^(−x²) erfcx x with x² carried exactly, and 2 less that of −x on the left. Measured: 6 ulp.
 * Source: DLMF 7.2.2, 7.2.3.
 */
export function erfc(v: Lanes, x: Vec): Vec {
  const size = v.pmin(v.abs(x), either(v, 11, 28));
  const [high, low] = product(v, size, size);
  const e = v.use('exp', v.neg(high));
  const y = v.mul(scaledOf(v, size), v.nfma(e, low, e));
  return v.select(v.lt(x, v.const(0)), v.sub(v.const(2), y), y);
}

/**
 * Scaled complementary error function e^(x²) erfc x; +∞ below −26.63 (float32: −9.38) and 0 at +∞.
 * On the left 2 e^(x²) − erfcx(−x). Measured: 4 ulp.
 * Source: as erfc.
 */
export function erfcx(v: Lanes, x: Vec): Vec {
  const size = v.abs(x);
  const near = v.pmin(size, either(v, 10, 27));
  const [high, low] = product(v, near, near);
  const two = v.const(2);
  const right = scaledOf(v, size);
  const left = v.sub(v.mul(v.use('exp', high), v.fma(two, low, two)), right);
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
