// How a convolution's input lies while it is read: in place, or copied between zeros and sorted by residue.

import type { Code, FunctionRef, Local, Module } from '../assembler.ts';
import { push, sum } from './addresses.ts';
import { copyRow, nest, range, times } from './conv-emit.ts';
import type { Term } from './addresses.ts';
import type { Combination, Geometry, Phase } from './conv-geometry.ts';
import { meetsPadding, reach } from './conv-geometry.ts';

/** All in bytes. */
export interface Layout {
  readonly copied: boolean;
  readonly image: number;
  readonly channel: number;
  /** How the address advances with t along each axis. */
  readonly advance: readonly number[];
  /** What a tap's offset along an axis adds to the address. */
  readonly offset: (axis: number, offset: number) => number;
  /** Of the copy of one image. */
  readonly bytes: number;
  /** The copy's own: for each axis the residues it is split into and their lengths, strides and least input. */
  readonly axes: readonly LayoutAxis[];
}

interface LayoutAxis {
  readonly split: number;
  readonly low: number;
  readonly length: number;
  readonly stride: number;
  readonly residue: number;
}

const floorDiv = (a: number, b: number): number => Math.floor(a / b);

/** Where the input is read in place. */
export function inPlace(g: Geometry): Layout {
  return {
    copied: false,
    image: g.x.image,
    channel: g.x.channel,
    advance: g.axes.map((axis) => axis.step * axis.xStride),
    offset: (d, offset) => offset * g.axes[d].xStride,
    bytes: 0,
    axes: [],
  };
}

/**
 * A copy of the channels of one group, for at most `rows` places of the first axis. Input i of an axis lies at place
 * i div split of residue i mod split: with split = step neighbouring outputs read neighbours, with split = rhs
 * neighbouring taps do. `slack` bytes may be read past the end.
 */
export function copyLayout(g: Geometry, rows: number, splits: readonly number[], slack: number): Layout {
  const parts = g.axes.map((axis, d) => {
    const split = splits[d];
    const { low, high } = reach(axis) ?? { low: 0, high: 0 };
    const least = floorDiv(low, split);
    const spare = d === 0 ? (axis.step / split) * (Math.max(...axis.phases.map((p) => p.count)) - rows) : 0;
    // An axis without taps has places all the same.
    return { split, low: least, length: Math.max(1, floorDiv(high, split) - least + 1 - Math.max(0, spare)) };
  });
  let stride = g.item;
  const strides: number[] = [];
  for (const part of [...parts].reverse()) {
    strides.unshift(stride);
    stride *= part.length;
  }
  const residues: number[] = [];
  for (const part of [...parts].reverse()) {
    residues.unshift(stride);
    stride *= part.split;
  }
  // Planes whole pages apart would share the same few lines of the cache.
  const channel = stride % 1024 === 0 ? stride + 64 : stride;
  const axes = parts.map((part, d) => ({ ...part, stride: strides[d], residue: residues[d] }));
  const bytes = Math.ceil((channel * g.channels + slack) / 64) * 64;
  return {
    copied: true,
    image: bytes,
    channel,
    advance: axes.map((a, d) => (g.axes[d].step / a.split) * a.stride),
    offset: (d, offset) => {
      const { split, low, stride: s, residue } = axes[d];
      const place = floorDiv(offset, split);
      return (place - low) * s + (offset - place * split) * residue;
    },
    bytes,
    axes,
  };
}

/** Whether the input can be read in place by scalars a fixed, positive step apart. */
export function readableInPlace(g: Geometry, rowStep: number): boolean {
  if (meetsPadding(g.axes) || rowStep < 0) return false;
  return !(g.channels >= 16 && g.x.channel % 2048 === 0);
}

/** Copies the channels of one image's group: `from` is its first element, `first` the place of axis 0 it begins at. */
export function emitCopy(
  code: Code,
  module: Module,
  g: Geometry,
  layout: Layout,
  from: Local,
  to: Local,
  first: Local,
): void {
  const row = copyRow(module, g.dtype);
  const last = g.axes.length - 1;
  /** Runs body with the address terms of axis d on, for all but the last axis. */
  const along = (d: number, source: readonly Term[], target: readonly Term[]): void => {
    const axis = g.axes[d];
    const { split, low, length, stride, residue } = layout.axes[d];
    times(code, split, (a) => {
      // The places u of this residue that exist: 0 ≤ split u + a < size, and low ≤ u < low + length.
      const origin = d === 0 ? sum(code, low, [first, axis.step / split]) : sum(code, low);
      const begin = code.local('i32');
      const end = code.local('i32');
      push(code, 0);
      code.get(origin);
      push(code, 0);
      code.get(origin);
      code.op('i32.gt_s');
      code.op('select');
      code.set(begin);
      push(code, axis.size - 1 + split, ...(a === null ? [] : [[a, -1] as const]));
      code.i32(split);
      code.op('i32.div_s');
      code.set(end);
      push(code, length, origin);
      code.get(end);
      push(code, length, origin);
      code.get(end);
      code.op('i32.lt_s');
      code.op('select');
      code.set(end);
      const residueTerms = (u: Local): [Term[], Term[]] => [
        [...source, [u, split * axis.xStride], ...(a === null ? [] : [[a, axis.xStride] as const])],
        [...target, [u, stride], [origin, -stride], ...(a === null ? [] : [[a, residue] as const])],
      ];
      if (d < last) {
        range(
          code,
          () => code.get(begin),
          () => code.get(end),
          1,
          (u) => along(d + 1, ...residueTerms(u)),
        );
      } else {
        const [s, t] = residueTerms(begin);
        push(code, 0, ...t);
        push(code, 0, ...s);
        code.i32(split * axis.xStride);
        push(code, 0, end, [begin, -1]);
        code.call(row);
      }
      for (const local of [origin, begin, end]) code.release(local);
    });
  };
  times(code, g.channels, (c) =>
    along(
      0,
      [from, ...(c === null ? [] : [[c, g.x.channel] as const])],
      [to, ...(c === null ? [] : [[c, layout.channel] as const])],
    ),
  );
}

/** What a kernel keeps as data: the offsets of all taps of every axis and phase, and the records of members. */
export interface TapTables {
  readonly bytes: Uint8Array;
  /** Bytes from the start, of a phase's offsets and of a combination's records. */
  readonly at: (of: Phase | Combination) => number;
}

export function tapTables(g: Geometry, layout: Layout): TapTables {
  const starts = new Map<Phase | Combination, number>();
  const list: number[] = [];
  g.axes.forEach((axis, d) =>
    axis.phases.forEach((phase) => {
      starts.set(phase, 4 * list.length);
      for (const tap of phase.taps) list.push(layout.offset(d, tap.offset));
    }),
  );
  for (const combination of g.combinations) {
    starts.set(combination, 4 * list.length);
    if (combination.members.length === 1) continue;
    for (const { weight, out, shift } of recordsOf(g, layout, combination)) list.push(weight, out, shift);
  }
  return { bytes: new Uint8Array(Int32Array.from(list).buffer), at: (of) => starts.get(of)! };
}

interface Record {
  readonly weight: number;
  readonly out: number;
  readonly shift: number;
}

const recordsOf = (g: Geometry, layout: Layout, { phases, members }: Combination): Record[] =>
  members.map((member) => {
    const full = member.every((p) => p.taps.length > 0);
    return {
      weight: full ? member.reduce((at, { taps }, d) => at + taps[0].k * g.axes[d].wStride, 0) : 0,
      out: member.reduce((at, p, d) => at + p.first * g.axes[d].outStride, 0),
      shift: full
        ? member.reduce(
            (at, { taps }, d) => at + layout.offset(d, taps[0].offset) - layout.offset(d, phases[d].taps[0].offset),
            0,
          )
        : 0,
    };
  });

/** A number known when the kernel runs. */
export interface Amount {
  readonly constant: number;
  readonly terms: readonly Term[];
}

/** One member: in bytes, where its weight and its output begin and how far its input is from the first member's. */
export interface Member {
  readonly index: Local | null;
  readonly weight: Amount;
  readonly out: Amount;
  readonly shift: Amount;
}

/** Runs body for every member of a combination; `data` is the address of the tables. */
export function eachMember(
  code: Code,
  g: Geometry,
  layout: Layout,
  tables: TapTables,
  combination: Combination,
  data: Local,
  body: (member: Member) => void,
): void {
  if (combination.members.length === 1) {
    const [{ weight, out, shift }] = recordsOf(g, layout, combination);
    const fixed = (constant: number): Amount => ({ constant, terms: [] });
    body({ index: null, weight: fixed(weight), out: fixed(out), shift: fixed(shift) });
    return;
  }
  times(code, combination.members.length, (index) => {
    const field = (i: number): Amount & { local: Local } => {
      push(code, 0, data, [index!, 12]);
      code.mem('i32.load', tables.at(combination) + 4 * i);
      const local = code.local('i32');
      code.set(local);
      return { constant: 0, terms: [local], local };
    };
    const [weight, out, shift] = [0, 1, 2].map(field);
    body({ index, weight, out, shift });
    for (const { local } of [weight, out, shift]) code.release(local);
  });
}

/** Writes the table of a combination's first member: the offset of every channel and tap, in the order of the packed weight. */
export function emitTable(
  code: Code,
  g: Geometry,
  layout: Layout,
  tables: TapTables,
  phases: readonly Phase[],
  from: Local,
  to: Local,
): void {
  const at = sum(code, 0, to);
  const value = (d: number, terms: readonly Term[]): void => {
    if (d === phases.length) {
      code.get(at);
      push(code, 0, ...terms);
      code.mem('i32.store');
      code.increment(at, 4);
      return;
    }
    times(code, phases[d].taps.length, (k) => {
      push(code, 0, from, ...(k === null ? [] : [[k, 4] as const]));
      code.mem('i32.load', tables.at(phases[d]));
      const offset = code.local('i32');
      code.set(offset);
      value(d + 1, [...terms, offset]);
      code.release(offset);
    });
  };
  times(code, g.channels, (c) => value(0, c === null ? [] : [[c, layout.channel]]));
  code.release(at);
}

/** The updates of a combination: channels times taps. */
export const updates = (g: Geometry, phases: readonly Phase[]): number =>
  phases.reduce((n, phase) => n * phase.taps.length, g.channels);

/** A run of a weight's elements that are packed together: those of its innermost axes that are neighbours. */
export interface WeightRuns {
  readonly counts: readonly number[];
  /** Bytes in the weight, and updates in the packed form. */
  readonly steps: readonly number[];
  readonly places: readonly number[];
  readonly run: number;
}

/** How the weight of a combination is walked for one feature: boxes of runs, in the order of the table. */
export function weightRuns(g: Geometry, phases: readonly Phase[]): WeightRuns {
  const levels = [
    { count: g.channels, step: g.w.channel },
    ...phases.map(({ taps }, d) => ({
      count: taps.length,
      step: taps.length > 1 ? (taps[1].k - taps[0].k) * g.axes[d].wStride : 0,
    })),
  ].filter((level) => level.count > 1);
  let run = 1;
  while (levels.length > 0 && levels.at(-1)!.step === run * g.item) run *= levels.pop()!.count;
  const places: number[] = [];
  let place = run;
  for (const level of levels.toReversed()) {
    places.unshift(place);
    place *= level.count;
  }
  return { counts: levels.map((l) => l.count), steps: levels.map((l) => l.step), places, run };
}

/**
 * Packs the weights of `count` features from `from` (the first one's first tap) on: update k of feature j goes to
 * to + k · step + j · item.
 */
export function emitPack(
  code: Code,
  module: Module,
  g: Geometry,
  phases: readonly Phase[],
  from: Local,
  to: Local,
  step: number,
  count: () => void,
  transposed: FunctionRef,
): void {
  const { counts, steps, places, run } = weightRuns(g, phases);
  const row = copyRow(module, g.dtype);
  nest(code, counts, [steps, places.map((p) => p * step)], ([source, target]) => {
    if (run > 1) {
      push(code, 0, from, ...source);
      code.i32(g.w.feature);
      push(code, 0, to, ...target);
      code.i32(step);
      code.i32(g.item);
      count();
      code.i32(run);
      code.call(transposed);
      return;
    }
    push(code, 0, to, ...target);
    push(code, 0, from, ...source);
    code.i32(g.w.feature);
    count();
    code.call(row);
  });
}
