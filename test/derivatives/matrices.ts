// Sparse answers as the whole matrices they stand for, and how two matrices are compared.

import type { SparseTensor, Tensor } from '../../engine/index.ts';

export const isSparse = (tensor: Tensor | SparseTensor): tensor is SparseTensor => 'indices' in tensor;

const sizeOf = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

/** All elements, row-major. Checks that COO is sorted and that no place stands twice. `beside` axes are a CSR's columns. */
export function whole(tensor: Tensor | SparseTensor, beside = 0): number[] {
  if (!isSparse(tensor)) return Array.from(tensor.data, Number);
  const { shape, indices, indptr, data } = tensor;
  const elements = new Array<number>(sizeOf(shape)).fill(0);
  const places =
    indptr === undefined
      ? cooPlaces(shape, Array.from(indices.data, Number), data.length)
      : csrPlaces(
          sizeOf(shape.slice(shape.length - beside)),
          Array.from(indices.data, Number),
          [...indptr.data].map(Number),
        );
  places.forEach((place, e) => {
    if (e > 0 && !(places[e - 1] < place)) throw new Error(`element ${e} is not behind the one before it`);
    elements[place] = Number(data[e]);
  });
  if (places.length !== data.length) throw new Error(`${places.length} places for ${data.length} elements`);
  return elements;
}

function cooPlaces(shape: readonly number[], indices: readonly number[], n: number): number[] {
  return Array.from({ length: n }, (_, e) => shape.reduce((place, d, axis) => place * d + indices[axis * n + e], 0));
}

function csrPlaces(width: number, columns: readonly number[], indptr: readonly number[]): number[] {
  return indptr.slice(1).flatMap((end, i) => columns.slice(indptr[i], end).map((j) => i * width + j));
}

/** The first difference beyond a tolerance relative to the largest element, in words. */
export function differs(found: readonly number[], wanted: readonly number[], tolerance: number): string | null {
  if (found.length !== wanted.length) return `${found.length} elements, and ${wanted.length} were expected`;
  const scale = Math.max(1, ...wanted.filter(Number.isFinite).map(Math.abs));
  const at = wanted.findIndex((x, i) => !(Object.is(x, found[i]) || Math.abs(x - found[i]) <= tolerance * scale));
  return at < 0 ? null : `element ${at} is ${found[at]}, and ${wanted[at]} was expected`;
}
