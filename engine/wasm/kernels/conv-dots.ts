// Convolution with vectors along the kernel's last axis, for few outputs of many taps each: inner products.

import type { FloatDType } from '../../ir/aval.ts';
import type { FunctionRef, Local, Module } from '../assembler.ts';
import type { Kernel, KernelContext } from '../kernel.ts';
import { push, sum } from './addresses.ts';
import { allFinite, copyRow, nest, range, times } from './conv-emit.ts';
import type { Term } from './addresses.ts';
import type { Geometry } from './conv-geometry.ts';
import { meetsPadding } from './conv-geometry.ts';
import { copyLayout, emitCopy, tapTables, updates, weightRuns } from './conv-input.ts';
import { boundsOf, cut, piecesOf } from './conv-parts.ts';
import { plainFunction } from './conv-plain.ts';
import { shared } from '../shared.ts';
import { elements, multiplyAdd } from './floats.ts';

/** Each place of an output has code of its own. */
const mostPlaces = 128;
const ceilTo = (n: number, unit: number): number => Math.ceil(n / unit) * unit;
const placesOf = (g: Geometry): number => g.combinations[0].phases.reduce((n, p) => n * p.count, 1);

/** Whether the taps of the last axis lie side by side in order, in every output's window. */
export function suitsDots(g: Geometry): boolean {
  if (g.axes.some((axis) => axis.lhs !== 1) || g.channels === 0) return false;
  const { taps } = g.combinations[0].phases.at(-1)!;
  return (
    placesOf(g) <= mostPlaces &&
    taps.length >= 4 &&
    g.axes.at(-1)!.wStride > 0 &&
    updates(g, g.combinations[0].phases) > 0
  );
}

/** Time an output and update takes, that of one fused update of a whole register being 1. */
export function dotsCost(g: Geometry, lanes: number): number {
  const length = g.combinations[0].phases.at(-1)!.taps.length;
  const padded = ceilTo(length, lanes) / length;
  // Every tile walks whole rows of the weight; adding up the lanes of each sum is worth some ten updates.
  return ((g.features === 1 ? 1.3 : 2.5) * padded) / lanes + 10 / updates(g, g.combinations[0].phases);
}

interface DotTile {
  /** Byte offsets of each place's window, and of each feature's weight. */
  readonly places: readonly number[];
  readonly features: readonly number[];
}

/**
 * (sums, x, weight, table, n) → (): n ≥ 1 vectors of products for each place and feature, x's at the table's offsets
 * (i32), the weight's one after another. The sums of a pair, `units` vectors, follow each other, feature by feature.
 */
function dotFunction(module: Module, { fused, wide }: KernelContext, g: Geometry, tile: DotTile): FunctionRef {
  const e = elements[g.dtype];
  const units = wide ? [0, 16] : [0];
  return module.function(['i32', 'i32', 'i32', 'i32', 'i32'], [], (code) => {
    const [out, x, w, table, n] = [0, 1, 2, 3, 4].map((i) => code.param(i));
    const at = code.local('i32');
    const sums = tile.features.map(() => tile.places.map(() => units.map(() => code.local('v128'))));
    const weights = tile.features.map(() => units.map(() => code.local('v128')));
    const held = units.map(() => code.local('v128'));
    code.loop((again) => {
      push(code, 0, x);
      code.get(table);
      code.mem('i32.load');
      code.op('i32.add');
      code.set(at);
      tile.features.forEach((offset, f) =>
        units.forEach((unit, u) => {
          code.get(w);
          code.mem('v128.load', offset + unit);
          code.set(weights[f][u]);
        }),
      );
      tile.places.forEach((offset, p) => {
        units.forEach((unit, u) => {
          code.get(at);
          code.mem('v128.load', offset + unit);
          code.set(held[u]);
        });
        tile.features.forEach((_, f) =>
          units.forEach((_unit, u) => {
            multiplyAdd(code, e, fused, sums[f][p][u], held[u], weights[f][u]);
          }),
        );
      });
      code.increment(w, 16 * units.length);
      code.increment(table, 4);
      push(code, -1, n);
      code.tee(n);
      code.brIf(again);
    });
    const all = sums.flat(2);
    // The upper of two vectors first: otherwise V8 keeps the lower one's store beside the fused one.
    for (let i = all.length - 1; i >= 0; i--) {
      code.get(out);
      code.get(all[i]);
      code.mem('v128.store', 16 * i);
    }
  });
}

/** (from, to, n) → (): adds up the lanes of each of n sums, halves first. */
function totalFunction(module: Module, dtype: FloatDType, width: number): FunctionRef {
  const { bytes, type, load, store } = elements[dtype];
  return shared(module, `conv total ${dtype} ${width}`, () =>
    module.function(['i32', 'i32', 'i32'], [], (code) => {
      const [from, to, n] = [0, 1, 2].map((i) => code.param(i));
      const half = (first: number, count: number): void => {
        if (count === 1) {
          code.get(from);
          code.mem(load, first * bytes);
          return;
        }
        half(first, count / 2);
        half(first + count / 2, count / 2);
        code.op(type === 'f32' ? 'f32.add' : 'f64.add');
      };
      code.loop((again) => {
        code.get(to);
        half(0, width);
        code.mem(store);
        code.increment(from, width * bytes);
        code.increment(to, bytes);
        push(code, -1, n);
        code.tee(n);
        code.brIf(again);
      });
    }),
  );
}

export function dotsKernel(context: KernelContext, g: Geometry, pieces: number): Kernel {
  const { module, fused, wide } = context;
  const e = elements[g.dtype];
  const { phases } = g.combinations[0];
  const last = phases.length - 1;
  const axis = g.axes[last];
  const length = phases[last].taps.length;
  const width = e.lanes * (wide ? 2 : 1);
  const steps = Math.ceil(length / width);
  const layout = copyLayout(
    g,
    phases[0].count,
    g.axes.map((a, d) => (d === last ? a.rhs : 1)),
    width * g.item,
  );
  const tables = tapTables(g, layout);
  const segment = module.data(tables.bytes);
  const runs = weightRuns(g, phases);
  const start = phases.reduce((at, { taps }, d) => at + taps[0].k * g.axes[d].wStride, 0);
  const outer = updates(g, phases) / length;
  const n = outer * steps;
  // A weight whose updates are all neighbours, whole vectors of them, is read in place.
  const direct = runs.counts.length === 0 && runs.run === outer * length && length % width === 0;
  const weightRow = direct ? g.w.feature : n * width * g.item;
  const parts = cut(g, { images: g.images, blocks: 1, rows: 1 }, true, pieces);

  // Each place is the window that begins at its own first tap: offsets along all axes, in the order of the output.
  let windows = [0];
  phases.forEach((phase, d) => {
    const along = Array.from({ length: phase.count }, (_, t) =>
      d === last ? layout.offset(d, phase.taps[0].offset + t * axis.step) : t * layout.advance[d],
    );
    windows = windows.flatMap((base) => along.map((offset) => base + offset));
  });
  const sumsOfTile = fused ? 12 : 10;
  const featuresOfTile = direct && weightRow < 0 ? 1 : Math.min(g.features, 3);
  const placesOfTile = Math.floor(sumsOfTile / featuresOfTile);
  const cutEvenly = (count: number, most: number): [number, number][] => {
    const tiles = Math.ceil(count / most);
    return Array.from({ length: tiles }, (_, i) => [
      Math.floor((i * count) / tiles),
      Math.floor(((i + 1) * count) / tiles),
    ]);
  };
  const placeTiles = cutEvenly(windows.length, placesOfTile);
  const featureTiles = cutEvenly(g.features, featuresOfTile);
  const made = new Map<string, FunctionRef>();
  const tileOf = (places: readonly number[], features: number): FunctionRef => {
    const key = `${places.join()} ${features}`;
    let known = made.get(key);
    if (known === undefined) {
      const tile = { places, features: Array.from({ length: features }, (_, f) => f * weightRow) };
      made.set(key, (known = dotFunction(module, context, g, tile)));
    }
    return known;
  };

  let bytes = 0;
  const reserve = (size: number): number => {
    const at = bytes;
    bytes += ceilTo(size, 64);
    return at;
  };
  const tapsAt = reserve(tables.bytes.length);
  const tableAt = reserve(4 * n);
  const packedBytes = direct ? 0 : ceilTo(weightRow * g.features, 64);
  const packedAt = reserve(packedBytes);
  const copyAt = reserve(layout.bytes);
  const sumsAt = reserve(sumsOfTile * width * g.item);
  const row = copyRow(module, g.dtype);
  const total = totalFunction(module, g.dtype, width);
  // Padding meets weights, and the weight's own padding what lies beside a window: 0 · ∞ must not count.
  const guardWeight = meetsPadding(g.axes);
  const guardInput = length % width !== 0;
  const finite = allFinite(module, g.dtype);
  const plain = plainFunction(module, g);
  const tiles = placeTiles.flatMap(([p0, p1]) =>
    featureTiles.map(([f0, f1]) => ({ p0, p1, f0, f1, run: tileOf(windows.slice(p0, p1), f1 - f0) })),
  );

  const run = module.function(['i32', 'i32', 'i32', 'i32', 'i32'], [], (code) => {
    const [x, w, out, scratch, chunk] = [0, 1, 2, 3, 4].map((i) => code.param(i));
    const my = sum(code, 0, scratch, [chunk, bytes]);
    const bounds = boundsOf(code, chunk, parts, { images: g.images, groups: g.groups, blocks: 1, rows: 1 });
    const copy = sum(code, copyAt, my);
    const sums = sum(code, sumsAt, my);
    const first = sum(code, 0);
    const packed = sum(code, packedAt, my);
    push(code, tapsAt, my);
    code.i32(0);
    code.i32(tables.bytes.length);
    code.memoryInit(segment);
    emitOffsets();
    push(code, packedAt, my);
    code.i32(0);
    code.i32(packedBytes + layout.bytes);
    code.memoryFill();
    range(
      code,
      () => code.get(bounds.groups.from),
      () => code.get(bounds.groups.to),
      1,
      (group) => {
        const from = sum(code, start, w, [group, g.features * g.w.feature]);
        const weight = direct ? from : packed;
        if (!direct) pack(from);
        range(
          code,
          () => code.get(bounds.images.from),
          () => code.get(bounds.images.to),
          1,
          (i) => {
            const source = sum(code, 0, x, [i, g.x.image], [group, g.channels * g.x.channel]);
            const to = sum(code, 0, out, [i, g.out.image], [group, g.features * g.out.feature]);
            emitCopy(code, module, g, layout, source, copy, first);
            const all = (): void => tiles.forEach((tile) => compute(tile, weight, to));
            if (!guardWeight && !guardInput) all();
            else {
              code.i32(1);
              if (guardWeight) finiteWeight(weight);
              if (guardInput) {
                code.get(copy);
                code.i32(layout.bytes / g.item);
                code.call(finite);
                code.op('i32.and');
              }
              code.if(all, () => {
                for (const p of [x, w, out, i]) code.get(p);
                push(code, 1, i);
                code.get(group);
                push(code, 1, group);
                for (const bound of [0, g.features, 0, g.axes[0].out]) code.i32(bound);
                code.call(plain);
              });
            }
            code.release(source);
            code.release(to);
          },
        );
        code.release(from);
      },
    );

    /** The table: where in the copy each vector of x is, beside the place's own offset. */
    function emitOffsets(): void {
      const at = sum(code, tableAt, my);
      const level = (d: number, terms: readonly Term[]): void => {
        if (d < last) {
          times(code, phases[d].taps.length, (k) => {
            push(code, tapsAt + tables.at(phases[d]), my, ...(k === null ? [] : [[k, 4] as const]));
            code.mem('i32.load');
            const offset = code.local('i32');
            code.set(offset);
            level(d + 1, [...terms, offset]);
            code.release(offset);
          });
          return;
        }
        times(code, steps, (v) => {
          code.get(at);
          push(code, 0, ...terms, ...(v === null ? [] : [[v, width * g.item] as const]));
          code.mem('i32.store');
          code.increment(at, 4);
        });
      };
      times(code, g.channels, (c) => level(0, c === null ? [] : [[c, layout.channel]]));
      code.release(at);
    }

    function pack(from: Local): void {
      const outerCounts = [g.channels, ...phases.slice(0, last).map((p) => p.taps.length)];
      const tapStep = (d: number): number => {
        const { taps } = phases[d];
        return taps.length > 1 ? (taps[1].k - taps[0].k) * g.axes[d].wStride : 0;
      };
      const sources = [g.w.channel, ...phases.slice(0, last).map((_, d) => tapStep(d))];
      const targets: number[] = [];
      let target = steps * width * g.item;
      for (const count of outerCounts.toReversed()) {
        targets.unshift(target);
        target *= count;
      }
      nest(
        code,
        [g.features, ...outerCounts],
        [
          [g.w.feature, ...sources],
          [weightRow, ...targets],
        ],
        ([source, aim]) => {
          push(code, 0, packed, ...aim);
          push(code, 0, from, ...source);
          code.i32(tapStep(last));
          code.i32(length);
          code.call(row);
        },
      );
    }

    function compute(tile: (typeof tiles)[number], weight: Local, to: Local): void {
      code.get(sums);
      code.get(copy);
      push(code, tile.f0 * weightRow, weight);
      push(code, tableAt, my);
      code.i32(n);
      code.call(tile.run);
      const places = tile.p1 - tile.p0;
      for (let f = 0; f < tile.f1 - tile.f0; f++) {
        push(code, f * places * width * g.item, sums);
        push(code, (tile.f0 + f) * g.out.feature + tile.p0 * g.item, to);
        code.i32(places);
        code.call(total);
      }
    }

    /** Leaves on the stack whether what is there and all of the weight of a group is finite. */
    function finiteWeight(weight: Local): void {
      for (let f = 0; f < (direct ? g.features : 1); f++) {
        push(code, f * weightRow, weight);
        code.i32(direct ? n * width : packedBytes / g.item);
        code.call(finite);
        code.op('i32.and');
      }
    }
  });
  return { run, chunks: piecesOf(parts), scratchBytes: bytes * piecesOf(parts) };
}
