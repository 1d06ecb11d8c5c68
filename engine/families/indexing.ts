// What indexing ops share: how gathers and scatters walk their operands.

import { fail } from '../errors.ts';
import type { Aval, Shape } from '../ir/aval.ts';
import { isInteger, showAval, sizeOf, stridesOf } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import type { Tensor } from '../ir/tensor.ts';
import type { Operand, Reads } from '../op.ts';
import { iotaAlong } from './creation.ts';
import { folded } from './known.ts';
import { along, inverseOrder, toEnd } from './manipulation.ts';
import { evenGroups, grouped } from './reads.ts';

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

type IndexLayout = ReturnType<typeof gatherLayout>;

/** Calls `visit` for each picked element: its place in the array of picked ones, and the row of x it is picked in and from. */
function forEachPicked(
  { outer, rows, size, count, width }: IndexLayout,
  visit: (picked: number, index: number, base: number, column: number) => void,
): void {
  let picked = 0;
  for (let g = 0; g < outer; g++) {
    for (let r = 0; r < rows; r++) {
      for (let k = 0; k < count; k++) {
        for (let j = 0; j < width; j++) visit(picked++, g * count + k, (g * rows + r) * size, j);
      }
    }
  }
}

/** What a gather reads: the elements at known indices; else, of each line along the axis, any. */
export function gatherReads(layout: IndexLayout, index: Tensor | null): Reads {
  const { outer, rows, size, count, width } = layout;
  const at = new Int32Array(outer * rows * count * width);
  if (index !== null) {
    forEachPicked(layout, (picked, i, base, j) => {
      at[picked] = (base + Number(index.data[i])) * width + j;
    });
    return { at };
  }
  forEachPicked(layout, (picked, _i, base, j) => {
    at[picked] = (size === 0 ? 0 : base / size) * width + j;
  });
  return { at, groups: linesOf(layout, size) };
}

/** What a scatter of elements into an array reads of them: those with the element's known index; else any of its line. */
export function scatterReads(layout: IndexLayout, index: Tensor | null): Reads {
  const { outer, rows, size, count, width } = layout;
  const total = outer * rows * size * width;
  if (index !== null) {
    const groups = grouped(total, (give) =>
      forEachPicked(layout, (picked, i, base, j) => give((base + Number(index.data[i])) * width + j, picked)),
    );
    return { groups };
  }
  const at = Int32Array.from({ length: total }, (_, i) => Math.floor(i / (size * width)) * width + (i % width));
  return { at, groups: linesOf(layout, count) };
}

/** For each place the element that is written there last, at known indices; -1 where there is none. */
export function lastWritten(layout: IndexLayout, index: Tensor): Int32Array {
  const { outer, rows, size, width } = layout;
  const last = new Int32Array(outer * rows * size * width).fill(-1);
  forEachPicked(layout, (picked, i, base, j) => {
    last[(base + Number(index.data[i])) * width + j] = picked;
  });
  return last;
}

/** The lines of `length` elements along the axis, in an array of the layout. */
function linesOf({ outer, rows, width }: IndexLayout, length: number): NonNullable<Reads['groups']> {
  const items = new Int32Array(outer * rows * width * length);
  let next = 0;
  for (let row = 0; row < outer * rows; row++) {
    for (let j = 0; j < width; j++) for (let k = 0; k < length; k++) items[next++] = (row * length + k) * width + j;
  }
  return evenGroups(items, length, outer * rows * width);
}

// -- integer indices -----------------------------------------------------------------------------------------------

export type OutOfBounds = 'error' | 'clip' | 'wrap';

/** An index operand as int64, none of it negative and all within the axis. */
export function boundIndex(b: Builder, index: Operand, size: number, axis: number, mode: OutOfBounds = 'error'): Value {
  return folded(b, b.normalize_index(integerIndex(b, index), { size, axis, mode }));
}

/** An index operand as int64; anything but integers is refused. */
export function integerIndex(b: Builder, index: Operand): Value {
  // A plain number that a front end could not tell from an integer.
  const given = typeof index === 'number' && Number.isSafeInteger(index) ? BigInt(index) : index;
  const { dtype } = b.avalOf(given);
  if (!isInteger(dtype)) {
    fail(
      'E_DTYPE',
      `An index must be of integers, and is ${showAval(b.avalOf(given))}.`,
      "astype(x, 'int64') makes integers.",
    );
  }
  return b.cast(given, 'int64');
}

/** x at one index for every element, along one axis; all other sizes are equal. */
export function gatherAlong(b: Builder, x: Value, index: Value, axis: number): Value {
  const last = x.aval.shape.length - 1;
  const order = toEnd(last + 1, axis);
  const picked = b.gather(b.permute_dims(x, { axes: order }), b.permute_dims(index, { axes: order }), {
    axis: last,
    batch: last,
  });
  return b.permute_dims(picked, { axes: inverseOrder(order) });
}

/** Row-major position in an array of `shape` from one index array an axis; a number is an index that is the same everywhere. */
export function linearIndex(b: Builder, shape: Shape, indices: readonly (Value | number)[]): Value {
  const strides = stridesOf(shape);
  let offset = 0;
  let sum: Value | null = null;
  indices.forEach((index, k) => {
    if (typeof index === 'number') offset += index * strides[k];
    else {
      const term = strides[k] === 1 ? index : b.multiply(index, BigInt(strides[k]));
      sum = sum === null ? term : b.add(sum, term);
    }
  });
  const constant = BigInt(offset);
  if (sum === null) return b.cast(constant, 'int64');
  return folded(b, offset === 0 ? sum : b.add(sum, constant));
}

/** The row-major positions in x that an index along one axis points to, the other axes at the place of the index itself. */
export function positionsAlong(b: Builder, x: Shape, index: Value, axis: number): Value {
  const { shape } = index.aval;
  const each = shape.map((_d, i) => (i === axis ? index : iotaAlong(b, shape, i)));
  return b.broadcast(linearIndex(b, x, each), shape);
}

/** Positions in the axes of x after `batch`, from tuples along the last axis of `index`: row-major in as many as a tuple is long. */
export function linearPositions(b: Builder, x: Aval, index: Value, batch: number): Value {
  const lead = index.aval.shape.slice(0, -1);
  const depth = index.aval.shape[index.aval.shape.length - 1];
  if (depth > x.shape.length - batch) {
    fail(
      'E_INDEX',
      `Index tuples of ${depth} numbers are too long for ${showAval(x)}${batch > 0 ? ` after ${batch} batch axes` : ''}.`,
    );
  }
  const columns = Array.from({ length: depth }, (_, k) => {
    const column = b.reshape(along(b, index, lead.length, k, k + 1), { shape: lead });
    return boundIndex(b, column, x.shape[batch + k], batch + k);
  });
  return b.broadcast(linearIndex(b, x.shape.slice(batch, batch + depth), columns), lead);
}
