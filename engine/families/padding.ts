// Arrays with zeros around them, as slices leave them behind when they are transposed: what is known of their parts and sums.

import type { Value } from '../ir/graph.ts';

/** Zeros on every axis: before the elements, behind them, and between each two. */
export interface Padding {
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly interior: readonly number[];
}

/** What has zeros around it in a value, and how; null where the value is no such array. */
export function paddingOf({ node }: Value): { readonly inner: Value; readonly padding: Padding } | null {
  const padding = node?.op.primitive!.padded?.(node.attrs);
  return node === undefined || padding === undefined ? null : { inner: node.inputs[0], padding };
}

/** A regular part of an array: from start up to stop in steps, on every axis. */
export interface Part {
  readonly start: readonly number[];
  readonly stop: readonly number[];
  readonly step: readonly number[];
}

/** The same part as one of the array within the zeros around it; null where it has zeros, or there are none around. */
export function partWithin(
  x: Value,
  { start, stop, step }: Part,
): { readonly inner: Value; readonly part: Part } | null {
  const padded = paddingOf(x);
  if (padded === null) return null;
  const { inner, padding } = padded;
  const within = inner.aval.shape.every(
    (d, i) => padding.interior[i] === 0 && start[i] >= padding.low[i] && stop[i] <= padding.low[i] + d,
  );
  if (!within) return null;
  const moved = (list: readonly number[]): number[] => list.map((at, i) => at - padding.low[i]);
  return { inner, part: { start: moved(start), stop: moved(stop), step } };
}

/** Whether a part has nothing but the zeros around an array. */
export function isPadding(x: Value, { start, stop }: Part): boolean {
  const padded = paddingOf(x);
  if (padded === null) return false;
  const { low, high } = padded.padding;
  return x.aval.shape.some((d, i) => stop[i] <= low[i] || start[i] >= d - high[i]);
}

/** An array with the same sums over some axes: without the zeros around it, where those are along these axes alone. */
export function unpadded(x: Value, axes: readonly number[]): Value {
  const padded = paddingOf(x);
  if (padded === null) return x;
  const { inner } = padded;
  return inner.aval.shape.every((d, i) => axes.includes(i) || d === x.aval.shape[i]) ? unpadded(inner, axes) : x;
}
