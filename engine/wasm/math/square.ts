// x² and what its rounding lost, for exponentials of squares.

import type { Lanes, Vec } from '../lanes.ts';

/** x² as high + low, exactly or to twice the bits, for |x| between the square roots of the smallest and largest float. */
export function squareOf(v: Lanes, x: Vec): { readonly high: Vec; readonly low: Vec } {
  const high = v.mul(x, x);
  if (v.fused) return { high, low: v.fma(x, x, v.neg(high)) };
  // Dekker: the square of the head is exact.
  const head = v.asFloat(v.and(v.asInt(x), v.bits(v.type === 'f32' ? -(1n << 12n) : -(1n << 27n))));
  const rest = v.sub(x, head);
  const twice = v.add(head, head);
  return { high, low: v.add(v.fma(twice, rest, v.sub(v.mul(head, head), high)), v.mul(rest, rest)) };
}
