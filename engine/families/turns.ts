// What loops share outside of their rules: elements of arrays, and carries that settle into one type.

import { sameShape, sizeOf } from '../ir/aval.ts';
import type { EngineError } from '../errors.ts';
import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import type { Tensor } from '../ir/tensor.ts';

/** Element i along the leading axis, in the same memory. */
export function elementAt({ dtype, shape, data }: Tensor, i: number): Tensor {
  const rest = shape.slice(1);
  const n = sizeOf(rest);
  return { dtype, shape: rest, data: data.subarray(i * n, (i + 1) * n) };
}

/** What a carry has become in a turn where it came in as a number that was written down. */
class CarryGrows extends Error {
  readonly after: readonly Value[];

  constructor(after: readonly Value[]) {
    super('a carry takes the type of the first turn');
    this.after = after;
  }
}

/**
 * Traces a loop with carries that a turn may give a dtype: a number that was written down takes that of the first turn.
 * `trace` calls `checkCarry` with what its turn made.
 */
export function settleCarry<T>(b: Builder, init: readonly Value[], trace: (carry: readonly Value[]) => T): T {
  let carry = init;
  for (let attempt = 0; ; attempt++) {
    try {
      return trace(carry);
    } catch (error) {
      if (!(error instanceof CarryGrows) || attempt === carry.length + 1) throw error;
      const { after } = error;
      carry = carry.map((x, i) =>
        x.aval.weak === true && x.aval.dtype !== after[i].aval.dtype
          ? b.cast(x, after[i].aval.dtype, after[i].aval.weak)
          : x,
      );
    }
  }
}

/** Whether what a turn gives can be carried on; asks for the turn to be traced anew where a written number must give way. */
export function checkCarry(before: readonly Value[], after: readonly Value[], complain: () => EngineError): void {
  const fits = (x: Value, y: Value): boolean => x.aval.dtype === y.aval.dtype && sameShape(x.aval.shape, y.aval.shape);
  if (before.length === after.length && before.every((x, i) => fits(x, after[i]))) return;
  const grows =
    before.length === after.length &&
    before.every((x, i) => sameShape(x.aval.shape, after[i].aval.shape) && (fits(x, after[i]) || x.aval.weak === true));
  if (!grows) throw complain();
  throw new CarryGrows(after);
}
