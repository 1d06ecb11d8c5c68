// What ops with kinks share: derivatives that are structural zeros beside a kink, and NaN where the value is NaN.

import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import type { Primitive } from '../op.ts';

/** The tangent where the mask holds, a structural zero elsewhere. */
export const keep = (b: Builder, mask: Value, t: Value): Value => b.where(mask, t, 0);

/** The tangent, NaN where x is: a function undefined at x has no slope there either. */
export const carryNaN = (b: Builder, x: Value, t: Value): Value => b.scale(t, b.where(b.isnan(x), NaN, 1));

/** The tangent halved where the mask holds: two operands that tie share it, the subgradient of least norm. */
export const halve = (b: Builder, tie: Value, t: Value): Value => b.scale(t, b.where(tie, 0.5, 1));

/** 0 where the mask holds, d elsewhere; where d is not defined its derivatives are zero too. */
export const unless = (b: Builder, mask: Value, d: Value): Value => b.where(mask, 0, d);

/** The rule of the larger or smaller of two: `attains` says where an operand is what the result is. */
export const extremumOfTwo =
  (attains: (b: Builder, x: Value, result: Value) => Value): NonNullable<Primitive['jvp']> =>
  (b, { inputs: [x, y], outputs: [z], tangents: [tx, ty] }) => {
    const [xs, ys] = [attains(b, x, z), attains(b, y, z)];
    return b.addAll([
      tx === null ? null : keep(b, xs, halve(b, ys, tx)),
      ty === null ? null : keep(b, ys, halve(b, xs, ty)),
    ]);
  };
