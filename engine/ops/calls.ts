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
  divide(x: Operand, y: Operand): Value;
  dot_general(x: Operand, y: Operand, attrs: { readonly contract: AttrValue; readonly batch?: AttrValue }): Value;
  equal(x: Operand, y: Operand): Value;
  exp(x: Operand): Value;
  flip(x: Operand, attrs?: { readonly axis?: number | readonly number[] | null }): Value;
  gather(x: Operand, index: Operand, attrs?: { readonly axis?: number; readonly batch?: number }): Value;
  greater(x: Operand, y: Operand): Value;
  isnan(x: Operand): Value;
  less(x: Operand, y: Operand): Value;
  log(x: Operand): Value;
  max(x: Operand, attrs?: { readonly axis?: number | readonly number[] | null; readonly keepdims?: boolean }): Value;
  multiply(x: Operand, y: Operand): Value;
  negative(x: Operand): Value;
  normalize_index(
    index: Operand,
    attrs: { readonly size: number; readonly axis?: number; readonly mode?: string },
  ): Value;
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
  stop_gradient(x: Operand): Value;
  subtract(x: Operand, y: Operand): Value;
  sum(
    x: Operand,
    attrs?: {
      readonly axis?: number | readonly number[] | null;
      readonly keepdims?: boolean;
      readonly where?: Operand | null;
    },
  ): Value;
  tanh(x: Operand): Value;
  where(condition: Operand, x: Operand, y: Operand): Value;
  zero_pad(
    x: Operand,
    attrs: { readonly low: readonly number[]; readonly high: readonly number[]; readonly interior: readonly number[] },
  ): Value;
}
