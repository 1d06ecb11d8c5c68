// The half line on an interval.

import type { Lanes, Vec } from '../lanes.ts';

/** t = 1 / (x + k) and s = (x − k) / (x + k) for x from 0 to ∞; s to half an ulp of 1, for functions steep in it. */
export function compactOf(v: Lanes, x: Vec, k: number): { readonly t: Vec; readonly s: Vec } {
  const one = v.const(1);
  const t = v.div(one, v.add(x, v.const(k)));
  const s = v.nfma(t, v.const(2 * k), one);
  // What x − k − s (x + k) is off zero says how far s is off. Beyond the bound s is 1, and at ∞ this would be NaN.
  const size = v.pmin(x, v.const(2 ** 60));
  const off = v.nfma(s, size, v.nfma(v.add(s, one), v.const(k), size));
  return { t, s: v.fma(off, t, s) };
}
