// sin πr and cos πr, and the reduction to half a period.

import type { Lanes, Vec } from '../lanes.ts';
import { polynomial } from './polynomial.ts';
import type { Table } from './polynomial.ts';

/** sin(πx)/x in x², for |x| ≤ ½. */
const sine: Table = {
  f32: [3.14159264, -5.16770968, 2.55006973, -0.598242124, 0.0775603867],
  f64: [
    3.141592653589793, -5.167712780049969, 2.550164039877294, -0.5992645293187382, 0.08214588656989222,
    -0.0073704304787579255, 0.00046629968874854777, -2.1903185357012583e-5, 7.694726690231251e-7,
  ],
};

/** sin πr for |r| ≤ ½, zeros with their sign. */
export const sineOf = (v: Lanes, r: Vec): Vec => v.mul(r, polynomial(v, sine, v.mul(r, r)));

/** cos πr for |r| ≤ ½, right next to its zeros too. */
export const cosineOf = (v: Lanes, r: Vec): Vec => sineOf(v, v.sub(v.const(0.5), v.abs(r)));

/** x ≥ 0 less the nearest integer n, exactly; NaN at +∞. */
export function turnsOf(v: Lanes, x: Vec): { readonly n: Vec; readonly r: Vec } {
  const n = roundOf(v, x);
  return { n, r: v.sub(x, n) };
}

/** −0 where the integer n ≥ 0 is odd, else +0: by xor, the sign of cos πn. */
export function parityOf(v: Lanes, n: Vec): Vec {
  const half = v.mul(n, v.const(0.5));
  return v.select(v.ne(half, roundOf(v, half)), v.const(-0), v.const(0));
}

/** The nearest integer to x ≥ 0 by an addition that leaves no fraction; V8 joins pairs of those, not of `nearest`. */
function roundOf(v: Lanes, x: Vec): Vec {
  const whole = v.const(v.type === 'f32' ? 2 ** 23 : 2 ** 52);
  return v.select(v.lt(x, whole), v.sub(v.add(x, whole), whole), x);
}
