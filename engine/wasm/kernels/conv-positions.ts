// Convolution with vectors along the output's places: the input is copied so that every tap reads neighbours.

import type { Local } from '../assembler.ts';
import type { Kernel, KernelContext } from '../kernel.ts';
import { push, sum } from './addresses.ts';
import { atMost, copyRow, range, times, transpose } from './conv-emit.ts';
import type { Term } from './addresses.ts';
import type { Geometry, Phase } from './conv-geometry.ts';
import type { Member } from './conv-input.ts';
import { copyLayout, eachMember, emitCopy, emitPack, tapTables, updates } from './conv-input.ts';
import { cut, piecesOf, withWhole } from './conv-parts.ts';
import { beginPiece, clear, guardOf, runPlain, scratchOf } from './conv-piece.ts';
import { mostRows, tileFunction } from './conv-tile.ts';
import { elements } from './floats.ts';

/** Sums of a block of rows, an output feature: with the input they belong to they stay in the second-level cache. */
const mostPlaces = 2048;

/** Tiles of so many features, and vectors a row: as many sums as hide the latency of an update in 16 registers. */
const shapes: Record<number, number> = { 1: 6, 2: 4, 3: 3, 4: 2, 5: 2, 6: 2 };

/** How the features of a group are shared out: as few tiles as there can be, of nearly one height. */
export function heights(features: number, fused: boolean): number[] {
  const tiles = Math.ceil(features / mostRows(fused));
  return Array.from(
    { length: tiles },
    (_, i) => Math.floor(((i + 1) * features) / tiles) - Math.floor((i * features) / tiles),
  );
}

const ceilTo = (n: number, unit: number): number => Math.ceil(n / unit) * unit;

export function positionsKernel(context: KernelContext, g: Geometry, pieces: number): Kernel {
  const { module, fused, wide } = context;
  const e = elements[g.dtype];
  const last = g.axes.length - 1;
  const tiles = heights(g.features, fused);
  const vectorsOf = (height: number): number => shapes[height] * (wide ? 2 : 1);
  const widest = Math.max(...tiles.map(vectorsOf)) * e.lanes;
  const phasesOf = g.combinations.map(({ phases }) => phases);
  const rowTotal = g.axes[0].phases.length === 1 ? g.axes[0].phases[0].count : 1;
  const parts = cut(g, { images: g.images, blocks: 1, rows: rowTotal }, true, pieces);
  const cutRows = parts.rows > 1;
  const mostRowsOf = (phases: readonly Phase[]): number =>
    cutRows ? Math.ceil(rowTotal / parts.rows) : phases[0].count;
  const layout = copyLayout(
    g,
    Math.max(...phasesOf.map(mostRowsOf)),
    g.axes.map((axis) => axis.step),
    widest * g.item,
  );
  const tables = tapTables(g, layout);
  const segment = module.data(tables.bytes);
  // Places are counted as they lie in the copy: those of one row of the first axis, from its first to its last.
  const flatOf = (phases: readonly Phase[]): number =>
    phases.slice(1).reduce((n, p, d) => n + ((p.count - 1) * layout.advance[d + 1]) / g.item, 1);
  const rowPlaces = layout.advance[0] / g.item;
  const blockRows = Math.max(1, Math.floor(mostPlaces / rowPlaces));
  const rowsOfBlock = (phases: readonly Phase[]): number => Math.min(blockRows, mostRowsOf(phases));
  const mostFlat = Math.max(...phasesOf.map((p) => (rowsOfBlock(p) - 1) * rowPlaces + flatOf(p)));
  const sumRow = Math.max(...tiles.map((h) => ceilTo(mostFlat, vectorsOf(h) * e.lanes))) * g.item;

  const depths = phasesOf.map((phases) => updates(g, phases));
  const packedOfMember = depths.map((k) => k * g.features * g.item);
  const packedOfAll = packedOfMember.map((n, i) => n * g.combinations[i].members.length);
  const scratch = scratchOf(tables, depths, packedOfAll, layout.bytes, sumRow * g.features);

  const functions = new Map(
    tiles.map((height) => [
      height,
      tileFunction(module, {
        dtype: g.dtype,
        fused,
        rows: height,
        vectors: vectorsOf(height),
        tabled: 'vectors',
        rowStep: g.item,
        packedStep: height * g.item,
        sumRow,
        accumulate: false,
      }),
    ]),
  );
  const transposed = transpose(module, g.dtype);
  const rowMoved = copyRow(module, g.dtype);
  const guard = guardOf(module, g);
  const totals = { images: g.images, groups: g.groups, blocks: 1, rows: rowTotal };

  const run = module.function(['i32', 'i32', 'i32', 'i32', 'i32'], [], (code) => {
    const piece = beginPiece(code, { g, layout, tables, segment, depths, scratch, parts, totals });
    const { x, w, out, my, bounds, copy, sums, taps } = piece;
    clear(code, piece, scratch.packed[0], scratch.packedBytes);
    clear(code, piece, scratch.copy, layout.bytes);
    const firstRow = cutRows ? bounds.rows.from : sum(code, 0);
    range(
      code,
      () => code.get(bounds.groups.from),
      () => code.get(bounds.groups.to),
      1,
      (group) => {
        pack(group);
        const compute = (): void => images(group);
        if (guard === null) return compute();
        push(code, scratch.packed[0], my);
        code.i32(scratch.packedBytes / g.item);
        code.call(guard.finite);
        const features = (): void => {
          code.i32(0);
          code.i32(g.features);
        };
        code.if(compute, () => runPlain(code, guard, piece, group, features, cutRows ? bounds.rows : g.axes[0].out));
      },
    );

    function eachTile(body: (height: number, feature: number) => void): void {
      let feature = 0;
      for (const height of tiles) {
        body(height, feature);
        feature += height;
      }
    }

    function members(i: number, body: (member: Member) => void): void {
      eachMember(code, g, layout, tables, g.combinations[i], taps, body);
    }

    /** Pushes where the weights of a tile are packed. */
    function packedOf(i: number, { index }: Member, feature: number): void {
      const offset = scratch.packed[i] + feature * depths[i] * g.item;
      push(code, offset, my, ...(index === null ? [] : [[index, packedOfMember[i]] as const]));
    }

    function pack(group: Local): void {
      phasesOf.forEach((phases, i) => {
        if (depths[i] === 0) return;
        members(i, (member) =>
          eachTile((height, feature) => {
            const { constant, terms } = member.weight;
            const first = constant + feature * g.w.feature;
            const from = sum(code, first, w, ...terms, [group, g.features * g.w.feature]);
            const to = code.local('i32');
            packedOf(i, member, feature);
            code.set(to);
            emitPack(code, module, g, phases, from, to, height * g.item, () => code.i32(height), transposed);
            code.release(from);
            code.release(to);
          }),
        );
      });
    }

    function images(group: Local): void {
      range(
        code,
        () => code.get(bounds.images.from),
        () => code.get(bounds.images.to),
        1,
        (n) => {
          const from = sum(code, 0, x, [n, g.x.image], [group, g.channels * g.x.channel]);
          emitCopy(code, module, g, layout, from, copy, firstRow);
          const to = sum(code, 0, out, [n, g.out.image], [group, g.features * g.out.feature]);
          phasesOf.forEach((phases, i) => members(i, (member) => combination(phases, i, member, to)));
          code.release(from);
          code.release(to);
        },
      );
    }

    function combination(phases: readonly Phase[], i: number, member: Member, to: Local): void {
      const rows = rowsOfBlock(phases);
      const rowBounds = cutRows ? bounds.rows : { from: firstRow, to: sum(code, phases[0].count) };
      range(
        code,
        () => code.get(rowBounds.from),
        () => code.get(rowBounds.to),
        rows,
        (t) => {
          const here = sum(code, 0, rowBounds.to, [t, -1]);
          atMost(code, here, () => code.i32(rows));
          const { shift } = member;
          const base = sum(
            code,
            shift.constant,
            copy,
            ...shift.terms,
            [t, layout.advance[0]],
            [firstRow, -layout.advance[0]],
          );
          const width = sum(code, flatOf(phases) - rowPlaces, [here, rowPlaces]);
          if (depths[i] === 0) {
            code.get(sums);
            code.i32(0);
            code.i32(sumRow * g.features);
            code.memoryFill();
          } else {
            eachTile((height, feature) => {
              range(
                code,
                () => code.i32(0),
                () => code.get(width),
                vectorsOf(height) * e.lanes,
                (column) => {
                  push(code, feature * sumRow, sums, [column, g.item]);
                  packedOf(i, member, feature);
                  push(code, 0, base, [column, g.item]);
                  push(code, scratch.tables[i], my);
                  code.i32(depths[i]);
                  code.call(functions.get(height)!);
                },
              );
            });
          }
          write(phases, member, to, t, here);
          for (const local of [here, base, width]) code.release(local);
        },
      );
    }

    /** Moves the sums of a block to the output, without those between its rows. */
    function write(phases: readonly Phase[], { out: start }: Member, to: Local, t: Local, here: Local): void {
      const level = (d: number, source: readonly Term[], target: readonly Term[]): void => {
        const next = (i: Local | null): [Term[], Term[]] => [
          [...source, ...(i === null ? [] : [[i, layout.advance[d]] as const])],
          [...target, ...(i === null ? [] : [[i, g.axes[d].spacing * g.axes[d].outStride] as const])],
        ];
        if (d === last) {
          if (g.axes[last].spacing === 1) {
            push(code, start.constant, ...target);
            push(code, 0, ...source);
            code.i32(g.item);
            code.i32(phases[last].count);
            code.call(rowMoved);
          } else {
            push(code, 0, ...source);
            code.i32(g.item);
            push(code, start.constant, ...target);
            code.i32(0);
            code.i32(g.axes[last].spacing * g.item);
            code.i32(phases[last].count);
            code.i32(1);
            code.call(transposed);
          }
        } else if (d === 0) {
          range(
            code,
            () => code.i32(0),
            () => code.get(here),
            1,
            (r) => level(1, ...next(r)),
          );
        } else times(code, phases[d].count, (r) => level(d + 1, ...next(r)));
      };
      times(code, g.features, (o) =>
        level(
          0,
          [sums, ...(o === null ? [] : [[o, sumRow] as const])],
          [
            to,
            ...start.terms,
            [t, g.axes[0].spacing * g.axes[0].outStride],
            ...(o === null ? [] : [[o, g.out.feature] as const]),
          ],
        ),
      );
    }
  });
  const kernel = { run, chunks: piecesOf(parts), scratchBytes: scratch.bytes * piecesOf(parts) };
  return withWhole(kernel, () => positionsKernel(context, g, 1));
}
