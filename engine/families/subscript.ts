// What x[index] means: an index as NumPy reads it, split into slices of every axis and one gather.

import { fail } from '../errors.ts';
import type { Aval, Shape } from '../ir/aval.ts';
import { broadcastShapes, showAval, sizeOf } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import type { AttrValue, Operand } from '../op.ts';
import { axesBut } from './contraction.ts';
import { integers } from './creation.ts';
import { boundIndex, linearIndex } from './indexing.ts';
import { knownTensor } from './known.ts';
import { inverseOrder } from './manipulation.ts';

/** A regular part of every axis: ascending, then the axes of `flip` reversed. */
interface Slices {
  readonly start: readonly number[];
  readonly stop: readonly number[];
  readonly step: readonly number[];
  readonly flip: readonly number[];
}

/** The axes that index arrays pick from: brought together by `order`, merged at `place`, gathered at `index`. */
interface Picked {
  readonly order: readonly number[];
  readonly place: number;
  /** How many axes are merged, and the size of the axis they become. */
  readonly axes: number;
  readonly size: number;
  readonly index: Value;
}

export interface Subscript {
  readonly slices: Slices;
  readonly picked: Picked | null;
  /** The shape of the result. */
  readonly shape: Shape;
}

type Entry =
  | { readonly kind: 'new' }
  | {
      readonly kind: 'slice';
      readonly axis: number;
      readonly start: number;
      readonly count: number;
      readonly step: number;
    }
  | { readonly kind: 'integer'; readonly axis: number; readonly at: number }
  | { readonly kind: 'array'; readonly axis: number; readonly index: Value };

/** Reads an index against an array: integers, slices, new axes, an ellipsis, integer arrays and known masks. */
export function readSubscript(b: Builder, x: Aval, index: AttrValue, arrays: readonly Operand[]): Subscript {
  const entries = readEntries(b, x, Array.isArray(index) ? (index as readonly AttrValue[]) : [index], arrays);
  const rank = x.shape.length;
  const slices = {
    start: new Array<number>(rank).fill(0),
    stop: [...x.shape],
    step: new Array<number>(rank).fill(1),
    flip: [] as number[],
  };
  const advanced = entries.some((e) => e.kind === 'array');
  for (const entry of entries) {
    if (entry.kind === 'integer' && !advanced)
      [slices.start[entry.axis], slices.stop[entry.axis]] = [entry.at, entry.at + 1];
    if (entry.kind === 'slice') putSlice(slices, entry);
  }
  const sizes = (list: readonly Entry[]): number[] =>
    list.flatMap((e) => (e.kind === 'new' ? [1] : e.kind === 'slice' ? [e.count] : []));
  if (!advanced) return { slices, picked: null, shape: sizes(entries) };

  const isPicked = (e: Entry): boolean => e.kind === 'array' || e.kind === 'integer';
  const first = entries.findIndex(isPicked);
  const last = entries.findLastIndex(isPicked);
  // Index arrays side by side put their axes in their place; apart from each other, in front (NumPy's rule).
  const together = entries.slice(first, last + 1).every(isPicked);
  const before = together ? entries.slice(0, first) : [];
  const after = entries.filter((e) => !isPicked(e) && !before.includes(e));
  const place = before.filter((e) => e.kind === 'slice').length;
  const picked = pick(b, x.shape, entries, place);
  return { slices, picked, shape: [...sizes(before), ...picked.index.aval.shape, ...sizes(after)] };
}

function putSlice(
  slices: { start: number[]; stop: number[]; step: number[]; flip: number[] },
  entry: Entry & { kind: 'slice' },
): void {
  const { axis, start, count, step } = entry;
  const end = start + (count - 1) * step;
  slices.start[axis] = count === 0 ? 0 : Math.min(start, end);
  slices.stop[axis] = count === 0 ? 0 : Math.max(start, end) + 1;
  slices.step[axis] = Math.abs(step);
  if (step < 0 && count > 1) slices.flip.push(axis);
}

function pick(b: Builder, shape: Shape, entries: readonly Entry[], place: number): Picked {
  const chosen = entries.filter((e) => e.kind === 'array' || e.kind === 'integer');
  const axes = chosen.map((e) => e.axis);
  const rest = axesBut(shape.length, axes);
  const arrays = chosen.flatMap((e) => (e.kind === 'array' ? [e.index.aval.shape] : []));
  const common = broadcastShapes(
    arrays,
    arrays.map((_s, i) => `index array ${i + 1}`),
  );
  const picked = axes.map((a) => shape[a]);
  const index = linearIndex(
    b,
    picked,
    chosen.map((e) => (e.kind === 'array' ? boundIndex(b, e.index, shape[e.axis], e.axis) : e.at)),
  );
  return {
    order: [...rest.slice(0, place), ...axes, ...rest.slice(place)],
    place,
    axes: axes.length,
    size: sizeOf(picked),
    index: b.broadcast(index, common),
  };
}

// -- reading -------------------------------------------------------------------------------------------------------

function readEntries(b: Builder, x: Aval, index: readonly AttrValue[], arrays: readonly Operand[]): Entry[] {
  const given = index.map((entry) => operandOf(b, entry, arrays));
  const used = given.reduce<number>((n, entry) => n + axesOf(entry), 0);
  const rank = x.shape.length;
  if (used > rank) fail('E_INDEX', `The index has ${used} entries, and x, ${showAval(x)}, has ${rank} axes.`);
  const dots = given.filter((entry) => entry === '...').length;
  if (dots > 1) fail('E_INDEX', 'An index may have "..." once.');
  const whole: AttrValue = { slice: [null, null, null] };
  const missing = Array.from({ length: rank - used }, () => whole);
  const full = dots === 0 ? [...given, ...missing] : given.flatMap((entry) => (entry === '...' ? missing : [entry]));
  let axis = 0;
  return full.flatMap((entry): Entry[] => {
    const from = axis;
    axis += axesOf(entry);
    return readEntry(b, x, entry, from);
  });
}

type Given = AttrValue | Value;
const isValue = (entry: Given): entry is Value => typeof entry === 'object' && entry !== null && 'aval' in entry;

function operandOf(b: Builder, entry: AttrValue, arrays: readonly Operand[]): Given {
  if (typeof entry !== 'object' || entry === null || !('array' in entry)) return entry;
  const operand = arrays[entry.array];
  if (operand === undefined)
    fail('E_INDEX', `The index refers to array ${entry.array}, and there are ${arrays.length}.`);
  return b.lift(typeof operand === 'number' && Number.isSafeInteger(operand) ? BigInt(operand) : operand);
}

/** How many axes of x an entry takes. */
function axesOf(entry: Given): number {
  if (entry === null || entry === '...') return 0;
  return isValue(entry) && entry.aval.dtype === 'bool' ? entry.aval.shape.length : 1;
}

function readEntry(b: Builder, x: Aval, entry: Given, axis: number): Entry[] {
  if (entry === null) return [{ kind: 'new' }];
  if (typeof entry === 'number') return [{ kind: 'integer', axis, at: inBounds(entry, x, axis) }];
  if (isValue(entry)) {
    if (entry.aval.dtype === 'bool') return readMask(b, x, entry, axis);
    if (entry.aval.shape.length === 0) {
      // A number that is known is a place like any other, and leaves slicing basic.
      const known = knownTensor(entry);
      if (known !== null) return [{ kind: 'integer', axis, at: inBounds(Number(known.data[0]), x, axis) }];
    }
    return [{ kind: 'array', axis, index: entry }];
  }
  if (typeof entry === 'object' && !Array.isArray(entry) && 'slice' in entry) {
    return [readSlice(entry.slice as readonly (number | null)[], x.shape[axis], axis)];
  }
  fail(
    'E_INDEX',
    `An index entry cannot be ${JSON.stringify(entry)}.`,
    'It is an integer, null (a new axis), "...", {"slice": [start, stop, step]} or {"array": k}.',
  );
}

function inBounds(at: number, x: Aval, axis: number): number {
  const size = x.shape[axis];
  if (!Number.isInteger(at)) fail('E_INDEX', `An index must be an integer, and is ${at}.`);
  if (at < -size || at >= size) {
    fail(
      'E_INDEX_OUT_OF_BOUNDS',
      `Index ${at} is out of bounds for axis ${axis} of size ${size}: x is ${showAval(x)}.`,
      size === 0 ? 'An axis of size 0 has no elements.' : `Allowed are ${-size} to ${size - 1}.`,
    );
  }
  return at < 0 ? at + size : at;
}

/** A slice of an axis, by Python's rules. */
function readSlice(slice: readonly (number | null)[], size: number, axis: number): Entry {
  const [from, to, by] = [slice[0] ?? null, slice[1] ?? null, slice[2] ?? 1];
  if (by === 0 || ![from ?? 0, to ?? 0, by].every((n) => Number.isInteger(n))) {
    fail(
      'E_INDEX',
      `The slice ${from ?? ''}:${to ?? ''}:${by} of axis ${axis} is not possible: its step must be an integer other than 0.`,
    );
  }
  const clamp = (n: number, low: number, high: number): number => Math.max(low, Math.min(high, n < 0 ? n + size : n));
  const [low, high] = by > 0 ? [0, size] : [-1, size - 1];
  const start = from === null ? (by > 0 ? low : high) : clamp(from, low, high);
  const stop = to === null ? (by > 0 ? high : low) : clamp(to, low, high);
  return { kind: 'slice', axis, start, step: by, count: Math.max(0, Math.ceil((stop - start) / by)) };
}

/** A mask that is known becomes the indices of its true elements, one array for each of its axes. */
function readMask(b: Builder, x: Aval, mask: Value, axis: number): Entry[] {
  const { shape } = mask.aval;
  if (shape.length === 0)
    fail(
      'E_INDEX',
      'An array cannot be indexed by a single truth value.',
      'where(condition, x, 0) keeps or drops all of it.',
    );
  if (shape.some((d, i) => d !== x.shape[axis + i])) {
    fail(
      'E_INDEX',
      `A mask of shape (${shape.join(', ')}) does not fit axes ${axis} to ${axis + shape.length - 1} of x, ${showAval(x)}.`,
    );
  }
  const known = knownTensor(mask);
  if (known === null) {
    fail(
      'E_INDEX',
      'x[mask] has a shape that depends on data, and shapes are fixed before anything runs.',
      'where(mask, x, 0) keeps the shape: sum(where(mask, x, 0)) is sum(x[mask]).',
    );
  }
  const hits: number[][] = shape.map(() => []);
  for (let i = 0; i < known.data.length; i++) {
    if (!known.data[i]) continue;
    let rest = i;
    for (let k = shape.length - 1; k >= 0; k--) {
      hits[k].push(rest % shape[k]);
      rest = Math.floor(rest / shape[k]);
    }
  }
  return hits.map((list, k) => ({ kind: 'array', axis: axis + k, index: integers(b, list) }));
}

// -- using ---------------------------------------------------------------------------------------------------------

/** The sliced part of x, still with all its axes. */
export function applySlices(b: Builder, x: Value, { start, stop, step, flip }: Slices): Value {
  const part = b.slice(x, { start, stop, step });
  return flip.length === 0 ? part : b.flip(part, { axis: flip });
}

/** A part put back where it was sliced from an array of `shape`, zeros (or false) elsewhere. */
export function undoSlices(b: Builder, part: Value, { start, step, flip }: Slices, shape: Shape): Value {
  const turned = flip.length === 0 ? part : b.flip(part, { axis: flip });
  const used = part.aval.shape.map((n, i) => (n === 0 ? 0 : (n - 1) * step[i] + 1));
  return b.zero_pad(turned, {
    low: start,
    high: shape.map((d, i) => d - start[i] - used[i]),
    interior: step.map((s) => s - 1),
  });
}

/** Whether the slices take every axis whole and in order. */
export const isWhole = ({ start, stop, step, flip }: Slices, shape: Shape): boolean =>
  flip.length === 0 && shape.every((d, i) => start[i] === 0 && stop[i] === d && step[i] === 1);

/** The axes that are picked from, merged into one at their place. */
export function mergePicked(b: Builder, x: Value, { order, place, axes, size }: Picked): Value {
  const together = b.permute_dims(x, { axes: order });
  const { shape } = together.aval;
  return b.reshape(together, { shape: [...shape.slice(0, place), size, ...shape.slice(place + axes)] });
}

/** The inverse of {@link mergePicked}, for an array of the shape `x` had. */
export function unmergePicked(b: Builder, y: Value, { order }: Picked, shape: Shape): Value {
  const apart = b.reshape(y, { shape: order.map((a) => shape[a]) });
  return b.permute_dims(apart, { axes: inverseOrder(order) });
}
