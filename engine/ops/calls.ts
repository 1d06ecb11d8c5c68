// Typed builder methods, one per op. Generated from the ops: run `npm run generate` after changing one.

import type { DType } from '../ir/aval.ts';
import type { Value } from '../ir/graph.ts';
import type { AttrValue, Operand } from '../op.ts';

export interface OpCalls {
  add(x: Operand, y: Operand): Value;
  astype(x: Operand, attrs: { readonly dtype: DType }): Value;
  broadcast_to(x: Operand, attrs: { readonly shape: readonly number[] }): Value;
  concat(arrays: readonly Operand[], attrs?: { readonly axis?: number | null }): Value;
  constant_(attrs: { readonly value: AttrValue }): Value;
  cos(x: Operand): Value;
  diagonal(x: Operand, attrs?: { readonly offset?: number; readonly axis1?: number; readonly axis2?: number }): Value;
  divide(x: Operand, y: Operand): Value;
  dot(x: Operand, y: Operand): Value;
  dot_general(x: Operand, y: Operand, attrs: { readonly contract: AttrValue; readonly batch?: AttrValue }): Value;
  einsum(operands: readonly Operand[], attrs: { readonly subscripts: string; readonly optimize?: AttrValue }): Value;
  equal(x: Operand, y: Operand): Value;
  exp(x: Operand): Value;
  expand_dims(x: Operand, attrs?: { readonly axis?: number | readonly number[] | null }): Value;
  flip(x: Operand, attrs?: { readonly axis?: number | readonly number[] | null }): Value;
  gather(x: Operand, index: Operand, attrs?: { readonly axis?: number; readonly batch?: number }): Value;
  gemm(
    x: Operand,
    y: Operand,
    z?: Operand | null,
    attrs?: { readonly alpha?: number; readonly beta?: number; readonly trans_x?: boolean; readonly trans_y?: boolean },
  ): Value;
  greater(x: Operand, y: Operand): Value;
  inner(x: Operand, y: Operand): Value;
  isnan(x: Operand): Value;
  kron(x: Operand, y: Operand): Value;
  less(x: Operand, y: Operand): Value;
  linalg_diagonal(
    x: Operand,
    attrs?: { readonly offset?: number; readonly axis1?: number; readonly axis2?: number },
  ): Value;
  linalg_trace(x: Operand, attrs?: { readonly offset?: number; readonly dtype?: DType | null }): Value;
  linear(x: Operand, weight: Operand, bias?: Operand | null): Value;
  log(x: Operand): Value;
  matmul(x: Operand, y: Operand): Value;
  matrix_transpose(x: Operand): Value;
  matvec(x: Operand, y: Operand): Value;
  max(
    x: Operand,
    attrs?: {
      readonly axis?: number | readonly number[] | null;
      readonly keepdims?: boolean;
      readonly initial?: Operand | null;
      readonly where?: Operand | null;
    },
  ): Value;
  min(
    x: Operand,
    attrs?: {
      readonly axis?: number | readonly number[] | null;
      readonly keepdims?: boolean;
      readonly initial?: Operand | null;
      readonly where?: Operand | null;
    },
  ): Value;
  moveaxis(
    x: Operand,
    attrs: {
      readonly source: number | readonly number[] | null;
      readonly destination: number | readonly number[] | null;
    },
  ): Value;
  multiply(x: Operand, y: Operand): Value;
  negative(x: Operand): Value;
  normalize_index(
    index: Operand,
    attrs: { readonly size: number; readonly axis?: number; readonly mode?: string },
  ): Value;
  outer(x: Operand, y: Operand): Value;
  permute_dims(x: Operand, attrs: { readonly axes: readonly number[] }): Value;
  reshape(x: Operand, attrs: { readonly shape: readonly number[] }): Value;
  scatter_add_along(
    x: Operand,
    index: Operand,
    y: Operand,
    attrs?: { readonly axis?: number; readonly batch?: number },
  ): Value;
  sin(x: Operand): Value;
  slice(
    x: Operand,
    attrs: {
      readonly start: readonly number[];
      readonly stop: readonly number[];
      readonly step?: readonly number[] | null;
    },
  ): Value;
  sqrt(x: Operand): Value;
  squeeze(x: Operand, attrs?: { readonly axis?: number | readonly number[] | null }): Value;
  stop_gradient(x: Operand): Value;
  subtract(x: Operand, y: Operand): Value;
  sum(
    x: Operand,
    attrs?: {
      readonly axis?: number | readonly number[] | null;
      readonly keepdims?: boolean;
      readonly dtype?: DType | null;
      readonly initial?: Operand | null;
      readonly where?: Operand | null;
    },
  ): Value;
  swapaxes(x: Operand, attrs: { readonly axis1: number; readonly axis2: number }): Value;
  tanh(x: Operand): Value;
  tensordot(x: Operand, y: Operand, attrs?: { readonly axes?: AttrValue }): Value;
  trace(
    x: Operand,
    attrs?: {
      readonly offset?: number;
      readonly axis1?: number;
      readonly axis2?: number;
      readonly dtype?: DType | null;
    },
  ): Value;
  transpose(x: Operand, attrs?: { readonly axes?: readonly number[] | null }): Value;
  vecdot(x: Operand, y: Operand, attrs?: { readonly axis?: number }): Value;
  vecmat(x: Operand, y: Operand): Value;
  where(condition: Operand, x: Operand, y: Operand): Value;
  zero_pad(
    x: Operand,
    attrs: { readonly low: readonly number[]; readonly high: readonly number[]; readonly interior: readonly number[] },
  ): Value;
}
