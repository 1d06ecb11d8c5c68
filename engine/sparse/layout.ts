// Blocks of a sparse matrix as tensors: which entries each has, and the lists of indices that the wire knows.

import type { DType, Shape } from '../ir/aval.ts';
import { sizeOf, stridesOf } from '../ir/aval.ts';
import type { Tensor } from '../ir/tensor.ts';
import type { Pattern } from './matrix.ts';

export type SparseFormat = 'coo' | 'csr';

/** The entries of one block, row by row. */
export interface Block {
  readonly rows: Int32Array;
  readonly columns: Int32Array;
  /** Which entries of the whole pattern they are. */
  readonly entries: Int32Array;
}

/** The part of a pattern in some of its rows and columns; rows and columns are counted from the block's first. */
export function blockOf(
  { starts, columns }: Pattern,
  [rowFrom, rowTo]: readonly [number, number],
  [from, to]: readonly [number, number],
): Block {
  let n = 0;
  for (let e = starts[rowFrom]; e < starts[rowTo]; e++) if (columns[e] >= from && columns[e] < to) n++;
  const block = { rows: new Int32Array(n), columns: new Int32Array(n), entries: new Int32Array(n) };
  let at = 0;
  for (let i = rowFrom; i < rowTo; i++) {
    for (let e = starts[i]; e < starts[i + 1]; e++) {
      if (columns[e] < from || columns[e] >= to) continue;
      block.rows[at] = i - rowFrom;
      block.columns[at] = columns[e] - from;
      block.entries[at++] = e;
    }
  }
  return block;
}

/** Where the elements of a sparse tensor of a shape stand; the elements themselves are computed. */
export interface SparseLayout {
  readonly format: SparseFormat;
  readonly shape: Shape;
  /** COO: the index of each element along each axis, int32[rank, n]. CSR: the column of each element, int32[n]. */
  readonly indices: Tensor;
  /** CSR: where the elements of each row begin, and where the last ones end, int32[rows + 1]. */
  readonly indptr?: Tensor;
}

/** A tensor of which only the elements at some places are there; all others are zero. */
export interface SparseTensor {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly indices: Tensor;
  /** There in CSR alone. */
  readonly indptr: Tensor | undefined;
  readonly data: Tensor['data'];
}

/**
 * The layout of a block of shape [...above, ...beside], sorted row-major; as many copies as a batch has examples, which then
 * is the first axis. CSR has the axes of `beside` for columns, all before them for rows.
 */
export function layoutOf(
  block: Block,
  above: Shape,
  beside: Shape,
  format: SparseFormat,
  examples: number | null,
): SparseLayout {
  const n = block.rows.length;
  const copies = examples ?? 1;
  const shape = [...(examples === null ? [] : [examples]), ...above, ...beside];
  if (format === 'csr') {
    const height = sizeOf(above);
    const indices = new Int32Array(copies * n);
    const indptr = new Int32Array(copies * height + 1);
    for (let k = 0; k < copies; k++) {
      indices.set(block.columns, k * n);
      for (let e = 0; e < n; e++) indptr[k * height + block.rows[e] + 1]++;
    }
    for (let i = 0; i < copies * height; i++) indptr[i + 1] += indptr[i];
    return { format, shape, indices: int32([copies * n], indices), indptr: int32([indptr.length], indptr) };
  }
  const total = copies * n;
  const indices = new Int32Array(shape.length * total);
  const axes = [...axesOf(above, block.rows), ...axesOf(beside, block.columns)];
  axes.forEach((axis, a) => {
    for (let k = 0; k < copies; k++) indices.set(axis, (a + (examples === null ? 0 : 1)) * total + k * n);
  });
  if (examples !== null) for (let k = 0; k < copies; k++) indices.fill(k, k * n, (k + 1) * n);
  return { format, shape, indices: int32([shape.length, total], indices) };
}

const int32 = (shape: Shape, data: Int32Array): Tensor => ({ dtype: 'int32', shape, data });

/** Row-major positions in an array of a shape as one list of indices for each axis. */
function axesOf(shape: Shape, positions: Int32Array): Int32Array[] {
  if (shape.length === 1) return [positions];
  const strides = stridesOf(shape);
  return shape.map((d, a) => positions.map((p) => Math.floor(p / strides[a]) % d));
}
