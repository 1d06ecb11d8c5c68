// The standard normal distribution on vectors: its distribution function Φ, log Φ and the GELU x Φ(x).

import type { Lanes, Vec } from '../lanes.ts';
import { compactOf } from './compact.ts';
import { polynomial } from './polynomial.ts';
import { either, product, signBit } from './parts.ts';
import { mills } from './special-tables.ts';

/** Mills' ratio by its density, Φ(−x) e^(x²/2), for x ≥ 0 with 0 at +∞. Source: as erfcx in erf.ts. */
function millsOf(v: Lanes, x: Vec): Vec {
  const { t, s } = compactOf(v, x, 6);
  return v.mul(t, polynomial(v, mills, s));
}

/** e^(−x²/2), with x² carried exactly: its error would grow with x². */
function bell(v: Lanes, x: Vec): Vec {
  const [high, low] = product(v, x, x);
  const half = v.const(0.5);
  const e = v.use('exp', v.neg(v.mul(high, half)));
  return v.nfma(e, v.mul(low, half), e);
}

/** |x|, or where Φ(−x) has long been zero. */
const bounded = (v: Lanes, x: Vec): Vec => v.pmin(v.abs(x), either(v, 15, 40));

/**
 * Φ(x), for every x; its relative accuracy lasts to the underflow at −38.5 (float32: −14.2). Measured: 5 ulp.
 * Source: DLMF 7.18 and 7.2.2.
 */
export function ndtr(v: Lanes, x: Vec): Vec {
  const size = bounded(v, x);
  const y = v.mul(millsOf(v, size), bell(v, size));
  return v.select(v.lt(x, v.const(0)), y, v.sub(v.const(1), y));
}

/** x Φ(x), for every x; −0 at −∞. Measured: 6 ulp. Source: as {@link ndtr}. */
export function geluExact(v: Lanes, x: Vec): Vec {
  const size = bounded(v, x);
  const [ratio, e] = [millsOf(v, size), bell(v, size)];
  // Φ alone would underflow before x Φ(x).
  const left = v.neg(v.mul(v.mul(size, ratio), e));
  return v.select(v.lt(x, v.const(0)), left, v.mul(x, v.nfma(ratio, e, v.const(1))));
}

/**
 * log Φ(x), for every x, accurate in both tails; −0 at +∞.
 * On the left −x²/2 + log of Mills' ratio, on the right log1p(−Φ(−x)), of which log takes the rounding of 1 − Φ(−x) back.
 * Measured: 5 ulp.
 * Source: as ndtr.
 */
export function logNdtr(v: Lanes, x: Vec): Vec {
  const size = v.abs(x);
  const ratio = millsOf(v, size);
  const q = v.mul(ratio, bell(v, bounded(v, x)));
  const one = v.const(1);
  const p = v.sub(one, q);
  const lost = v.sub(v.sub(one, p), q);
  const left = v.lt(x, v.const(0));
  const rest = v.select(left, v.mul(v.mul(size, v.const(-0.5)), size), v.fma(lost, q, lost));
  // Nowhere positive: at +∞ the zero takes its sign here.
  return v.or(v.add(v.use('log', v.select(left, ratio, p)), rest), signBit(v));
}
