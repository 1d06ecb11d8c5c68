// What manipulations share: reordering axes and cutting along one.

import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';

/** The part of x from `start` up to `stop` along one axis. */
export function along(b: Builder, x: Value, axis: number, start: number, stop: number): Value {
  return b.slice(x, {
    start: x.aval.shape.map((_d, i) => (i === axis ? start : 0)),
    stop: x.aval.shape.map((d, i) => (i === axis ? stop : d)),
  });
}

/** A shape with the size of one axis replaced. */
export const withSize = (shape: readonly number[], axis: number, size: number): number[] =>
  shape.map((d, i) => (i === axis ? size : d));

/** The order of axes that moves `from` to the end. */
export const toEnd = (rank: number, from: number): number[] => [
  ...Array.from({ length: rank }, (_, i) => i).filter((i) => i !== from),
  from,
];

/** The order of axes that undoes another. */
export const inverseOrder = (axes: readonly number[]): number[] => axes.map((_a, i) => axes.indexOf(i));
