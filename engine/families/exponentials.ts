// What ops made of exponentials share: no overflow, and the right limits at both ends.

import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import type { Operand } from '../op.ts';

/** x − y, and 0 where both are the same infinity: there they weigh the same. */
export const gapOf = (b: Builder, x: Value, y: Value): Value =>
  b.where(b.logical_and(b.equal(x, y), b.isinf(x)), 0, b.subtract(x, y));

/**
 * x, but no further out than ±1000: for products with what vanishes there (e^−1000 is 0 in every dtype), whose limit is 0
 * where ∞ · 0 would be NaN.
 */
export const bounded = (b: Builder, x: Value): Value => b.clip(x, -1000, 1000);

/** x as floats with −∞ where a mask leaves an element out, and the mask in the shape of x. */
export function masked(b: Builder, x: Operand, mask: Operand | null): { x: Value; mask: Value | null } {
  const [value] = b.promote([x], 'float');
  if (mask === null) return { x: value, mask: null };
  const kept = b.cast(mask, 'bool');
  return { x: b.where(kept, value, -Infinity), mask: kept };
}

/** The largest element along axes, −∞ where there is none, as a constant to take out of exponentials. */
export function topOf(b: Builder, x: Value, axis: number | readonly number[] | null): Value {
  const initial = x.aval.shape.includes(0) ? -Infinity : null;
  return b.stop_gradient(b.max(x, { axis, keepdims: true, initial }));
}
