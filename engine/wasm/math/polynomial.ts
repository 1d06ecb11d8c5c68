// Evaluation of the fitted tables on vectors.

import type { Lanes, Vec } from '../lanes.ts';
import { floatType } from './parts.ts';
import type { Table } from './tables.ts';

/** Σ cₖ xᵏ, in pairs of terms and by Horner's scheme on those: a chain of half the length. */
export function polynomial(v: Lanes, table: Table, x: Vec): Vec {
  const c = table[floatType(v)];
  if (c.length < 5) {
    let sum = v.const(c[c.length - 1]);
    for (let k = c.length - 2; k >= 0; k--) sum = v.fma(sum, x, v.const(c[k]));
    return sum;
  }
  const square = v.mul(x, x);
  // Pairs rather than even and odd powers: those may cancel each other.
  const pair = (k: number): Vec => (k + 1 < c.length ? v.fma(v.const(c[k + 1]), x, v.const(c[k])) : v.const(c[k]));
  const last = 2 * Math.floor((c.length - 1) / 2);
  let sum = pair(last);
  for (let k = last - 2; k >= 0; k -= 2) sum = v.fma(sum, square, pair(k));
  return sum;
}
