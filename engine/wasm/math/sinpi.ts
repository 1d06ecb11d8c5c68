// sin πr and cos πr, and the reduction to half a period.

import type { Lanes, Vec } from '../lanes.ts';
import { isLarge, nearestSmall, signBit, tabled } from './parts.ts';
import { sincTail } from './tables.ts';

/** sin(πr)/π for |r| ≤ ½, zeros with their sign: π stays out, since most formulas divide by it. */
export function sineOf(v: Lanes, r: Vec): Vec {
  const square = v.mul(r, r);
  return v.fma(v.mul(r, square), tabled(v, sincTail, square), r);
}

/** cos πr for |r| ≤ ½, right next to its zeros too. */
export const cosineOf = (v: Lanes, r: Vec): Vec => v.mul(sineOf(v, v.sub(v.const(0.5), v.abs(r))), v.const(Math.PI));

/** x ≥ 0 less the nearest integer n, exactly; NaN at +∞. */
export function turnsOf(v: Lanes, x: Vec): { readonly n: Vec; readonly r: Vec } {
  const n = roundOf(v, x);
  return { n, r: v.sub(x, n) };
}

/** −0 where the integer n ≥ 0 is odd, else +0: by xor, the sign of cos πn. */
export function parityOf(v: Lanes, n: Vec): Vec {
  const half = v.mul(n, v.const(0.5));
  return v.and(signBit(v), v.ne(half, roundOf(v, half)));
}

/** The nearest integer to x ≥ 0; ∞ and NaN as they are. */
const roundOf = (v: Lanes, x: Vec): Vec => v.select(isLarge(v, x), x, nearestSmall(v, x));
