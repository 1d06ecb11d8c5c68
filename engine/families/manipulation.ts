// What manipulations share: reordering axes and cutting along one.

import { fail } from '../errors.ts';
import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import type { AttrValue } from '../op.ts';

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

/** Every part is a node: beyond this no graph could hold them, and the list itself would not fit. */
const mostParts = 100_000;

/**
 * Where to cut an axis: before each index of a list (negative ones count from the end), or into a number of parts of
 * which the first are longer by one where the size does not divide.
 */
export function cutPoints(b: Builder, given: AttrValue, size: number): number[] {
  if (typeof given === 'number') {
    if (!Number.isInteger(given) || given < 1)
      fail('E_ATTRIBUTE', `indices_or_sections=${given} is no number of parts.`);
    if (given > mostParts) fail('E_LIMIT', `${given} parts of one array are too many; the limit is ${mostParts}.`);
    if (given > b.context.maxNodes)
      fail('E_LIMIT', `${given} parts are more than the ${b.context.maxNodes} nodes a graph may have.`);
    const [part, longer] = [Math.floor(size / given), size % given];
    return Array.from({ length: given - 1 }, (_, i) => (i + 1) * part + Math.min(i + 1, longer));
  }
  if (!Array.isArray(given) || !given.every((i) => Number.isInteger(i))) {
    fail('E_ATTRIBUTE', 'indices_or_sections must be a number of parts or a list of indices.');
  }
  return (given as number[]).map((i) => Math.max(0, Math.min(size, i < 0 ? i + size : i)));
}

/** The parts between cuts along an axis; one that would end before it starts is empty, as in NumPy. */
export function pieces(b: Builder, x: Value, axis: number, cuts: readonly number[]): Value[] {
  const ends = [...cuts, x.aval.shape[axis]];
  return ends.map((end, i) => {
    const start = i === 0 ? 0 : ends[i - 1];
    return along(b, x, axis, start, Math.max(start, end));
  });
}
