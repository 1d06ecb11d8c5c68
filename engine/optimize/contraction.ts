// A contraction as matrix products: which axes are rows, columns, summed and repeated, and how they lie in memory.

import { stridesOf } from '../ir/aval.ts';
import type { Node } from '../ir/graph.ts';
import type { View } from '../ir/view.ts';

/** One axis of a product: its size, and elements from one index to the next in x, y and the result. */
export interface ProductAxis {
  readonly size: number;
  readonly x: number;
  readonly y: number;
  readonly out: number;
}

/** out[b, i, j] = Σₖ x[b, i, k] y[b, k, j]; lists of axes where neighbours could not be merged into one. */
export interface Product {
  readonly batch: readonly ProductAxis[];
  readonly rows: readonly ProductAxis[];
  readonly columns: readonly ProductAxis[];
  readonly summed: readonly ProductAxis[];
}

/** Axes of x and of y in the order batch, free, summed (x) and batch, summed, free (y). */
export function contractionOrders(node: Node): readonly [number[], number[]] {
  const { contract, batch } = node.op.primitive!.contraction!(node.attrs);
  const free = (side: 0 | 1): number[] => freeAxes(node, side);
  return [
    [...batch[0], ...free(0), ...contract[0]],
    [...batch[1], ...contract[1], ...free(1)],
  ];
}

function freeAxes(node: Node, side: 0 | 1): number[] {
  const { contract, batch } = node.op.primitive!.contraction!(node.attrs);
  return node.inputs[side].aval.shape
    .map((_d, i) => i)
    .filter((i) => !contract[side].includes(i) && !batch[side].includes(i));
}

/** The product that a contraction of two views is. */
export function productOf(node: Node, x: View, y: View): Product {
  const { contract, batch } = node.op.primitive!.contraction!(node.attrs);
  const out = stridesOf(node.outputs[0].aval.shape);
  const [xFree, yFree] = [freeAxes(node, 0), freeAxes(node, 1)];
  const n = batch[0].length;
  return {
    batch: merged(
      batch[0].map((a, i) => ({ size: x.shape[a], x: x.strides[a], y: y.strides[batch[1][i]], out: out[i] })),
    ),
    rows: merged(xFree.map((a, i) => ({ size: x.shape[a], x: x.strides[a], y: 0, out: out[n + i] }))),
    columns: merged(yFree.map((a, i) => ({ size: y.shape[a], x: 0, y: y.strides[a], out: out[n + xFree.length + i] }))),
    summed: merged(
      contract[0].map((a, i) => ({ size: x.shape[a], x: x.strides[a], y: y.strides[contract[1][i]], out: 0 })),
    ),
  };
}

/** Whether rows, columns and what is summed are one axis each, as a kernel takes them. */
export const isMatrixProduct = ({ rows, columns, summed }: Product): boolean =>
  rows.length <= 1 && columns.length <= 1 && summed.length <= 1;

/** Neighbours that lie evenly in each other, as one; axes of size 1 left out. */
function merged(axes: readonly ProductAxis[]): ProductAxis[] {
  const kept: ProductAxis[] = [];
  for (const axis of axes) {
    if (axis.size === 1) continue;
    const last = kept.at(-1);
    const even =
      last !== undefined &&
      last.x === axis.x * axis.size &&
      last.y === axis.y * axis.size &&
      last.out === axis.out * axis.size;
    if (even) kept[kept.length - 1] = { ...axis, size: last.size * axis.size };
    else kept.push(axis);
  }
  return kept;
}
