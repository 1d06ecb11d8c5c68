// The derivatives of an answer as a matrix to be checked: by column, and times a vector, whether whole or sparse.

import { sizeOf } from '../ir/aval.ts';
import type { Tensor } from '../ir/tensor.ts';
import type { ComputeResponse } from '../request.ts';
import type { SparseTensor } from '../sparse/layout.ts';
import type { Item } from './probe.ts';

/** One block of [rows, columns], row by row; rows are all examples' and vectors' quantities, columns the elements of a variable. */
export interface Block {
  /** Adds the columns `from` … `to` − 1, each element times a factor, to `into`. */
  addColumns(from: number, to: number, factor: (row: number, column: number) => number, into: Float64Array): void;
}

function denseBlock({ data }: Tensor, width: number): Block {
  const rows = width === 0 ? 0 : data.length / width;
  return {
    addColumns(from, to, factor, into) {
      for (let i = 0; i < rows; i++) {
        for (let j = from; j < to; j++) into[i] += Number(data[i * width + j]) * factor(i, j);
      }
    },
  };
}

/** Of a COO tensor whose last `beside` axes are the columns. */
function sparseBlock({ shape, indices, data }: SparseTensor, beside: number): Block {
  const n = data.length;
  const place = (e: number, from: number, to: number): number => {
    let at = 0;
    for (let a = from; a < to; a++) at = at * shape[a] + Number(indices.data[a * n + e]);
    return at;
  };
  const split = shape.length - beside;
  const rows = Int32Array.from({ length: n }, (_, e) => place(e, 0, split));
  const columns = Int32Array.from({ length: n }, (_, e) => place(e, split, shape.length));
  const order = Int32Array.from({ length: n }, (_, e) => e).sort((a, b) => columns[a] - columns[b]);
  /** The first entry, in the order of columns, that is not before a column. */
  const firstOf = (column: number): number => {
    let [low, high] = [0, n];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (columns[order[middle]] < column) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    addColumns(from, to, factor, into) {
      for (let k = firstOf(from); k < n && columns[order[k]] < to; k++) {
        const e = order[k];
        into[rows[e]] += Number(data[e]) * factor(rows[e], columns[e]);
      }
    },
  };
}

const blockOf = (tensor: Tensor | SparseTensor, beside: readonly number[]): Block =>
  'indices' in tensor ? sparseBlock(tensor, beside.length) : denseBlock(tensor, sizeOf(beside));

/** The tensors of an item's derivative by quantity and variable; one for each quantity where a vector was given. */
export function tensorsOf(answer: ComputeResponse, { kind, at }: Item): (Tensor | SparseTensor)[][] {
  switch (kind) {
    case 'gradients':
    case 'jacobians':
      return [Object.values(answer[kind][at].wrt)];
    case 'hessians':
      return Object.values(answer.hessians[at].wrt).map((row) => Object.values(row));
    case 'jvps':
      return Object.values(answer.jvps[at].of).map((t) => [t]);
    case 'hvps':
      return Object.values(answer.hvps[at].wrt).map((t) => [t]);
  }
}

/** The blocks by quantity and variable, each variable of its shape. */
export const blocksOf = (
  tensors: readonly (readonly (Tensor | SparseTensor)[])[],
  variables: readonly { readonly shape: readonly number[] }[],
): Block[][] => tensors.map((row) => row.map((tensor, k) => blockOf(tensor, variables[k].shape)));
