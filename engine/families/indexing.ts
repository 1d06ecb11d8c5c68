// What indexing ops share: how gathers and scatters walk their operands.

import { sizeOf } from '../ir/aval.ts';

/** How gather and scatter walk: outer (paired) groups, rows before the axis, its size, indices per group, width after. */
export function gatherLayout(
  x: readonly number[],
  index: readonly number[],
  axis: number,
  batch: number,
): { outer: number; rows: number; size: number; count: number; width: number } {
  return {
    outer: sizeOf(x.slice(0, batch)),
    rows: sizeOf(x.slice(batch, axis)),
    size: x[axis],
    count: sizeOf(index.slice(batch)),
    width: sizeOf(x.slice(axis + 1)),
  };
}
