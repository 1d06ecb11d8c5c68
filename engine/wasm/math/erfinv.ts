// The inverses of erf, erfc and Φ on vectors.

import type { Lanes, Vec } from '../lanes.ts';
import { either, signOf, withSign } from './parts.ts';
import { polynomial } from './polynomial.ts';
import { centralOver, centralUnder, tailOver, tailUnder, farOver, farUnder } from './special-tables.ts';

/**
 * erf⁻¹(y), given q = 1 − |y| as well, which says more near ±1; ±∞ where q is 0, NaN where it is negative.
 * y times a rational in y² up to 3/4, beyond r = √(−log q) and a rational in it, which is small beside it, and one more below
 * 2⁻⁵⁴ (float32: 2⁻²³) where the caller says that q gets there.
 * Source: M. J. Wichura, Algorithm AS 241 (1988), for the split and the variables; tables by test/wasm/fit_special.py.
 */
function inverse(v: Lanes, y: Vec, q: Vec, reaches: boolean): Vec {
  const z = v.nfma(y, y, v.const(0.5625));
  const r = v.sqrt(v.neg(v.use('log', q)));
  let over = polynomial(v, tailOver, r);
  let under = polynomial(v, tailUnder, r);
  if (reaches) {
    const beyond = v.gt(r, either(v, 4.05, 6.1));
    over = v.select(beyond, polynomial(v, farOver, r), over);
    under = v.select(beyond, polynomial(v, farUnder, r), under);
  }
  const central = v.ge(q, v.const(0.25));
  const top = v.select(central, v.mul(y, polynomial(v, centralOver, z)), v.xor(over, signOf(v, y)));
  const rest = v.div(top, v.select(central, polynomial(v, centralUnder, z), under));
  const x = v.add(rest, withSign(v, v.andnot(r, central), y));
  return v.select(v.eq(q, v.const(0)), withSign(v, v.const(Infinity), y), x);
}

/** Inverse of erf on [−1, 1]; ±∞ at ±1, NaN outside. Measured: 5 ulp. */
export function erfinv(v: Lanes, y: Vec): Vec {
  return inverse(v, y, v.sub(v.const(1), v.abs(y)), false);
}

/** Inverse of erfc on [0, 2]; +∞ at 0, −∞ at 2, NaN outside. Measured: 5 ulp. */
export function erfcinv(v: Lanes, p: Vec): Vec {
  return inverse(v, v.sub(v.const(1), p), v.pmin(p, v.sub(v.const(2), p)), true);
}

/** Inverse of Φ on [0, 1], √2 erf⁻¹(2p − 1); −∞ at 0, +∞ at 1, NaN outside. Measured: 6 ulp. */
export function ndtri(v: Lanes, p: Vec): Vec {
  const q = v.pmin(p, v.sub(v.const(1), p));
  return v.mul(inverse(v, v.sub(v.add(p, p), v.const(1)), v.add(q, q), true), v.const(Math.SQRT2));
}
