// Convolution with vectors along the output's features: the weight is packed, the input is read as scalars.

import type { Local } from '../assembler.ts';
import type { Kernel, KernelContext } from '../kernel.ts';
import { push, sum } from './addresses.ts';
import { atMost, range, times, transpose } from './conv-emit.ts';
import type { Term } from './addresses.ts';
import type { Geometry, Phase } from './conv-geometry.ts';
import type { Member } from './conv-input.ts';
import {
  copyLayout,
  eachMember,
  emitCopy,
  emitPack,
  inPlace,
  readableInPlace,
  tapTables,
  updates,
} from './conv-input.ts';
import type { Bounds } from './conv-parts.ts';
import { cut, piecesOf, withWhole } from './conv-parts.ts';
import { beginPiece, clear, guardOf, runPlain, scratchOf } from './conv-piece.ts';
import { mostRows, stripFunction } from './conv-tile.ts';
import { elements } from './floats.ts';

/** Updates between two visits to memory: the packed weights of so many stay in the first-level cache. */
const deepest = 256;
/** Sums of a block of places: as many stay in the second-level cache beside the rest. */
const mostPlaces = 384;
const imageBytes = 1 << 20;

/** Relative time of a run of n rows of tiles, whose latency is that of four rows at least. */
export function rowsCost(n: number, fused: boolean): number {
  const most = mostRows(fused);
  let [left, cost] = [n, 0];
  while (left > 8) {
    cost += most;
    left -= most;
  }
  if (left > most) return cost + 4 + Math.max(4, left - 4);
  return cost + (left === 0 ? 0 : Math.max(4, left));
}

const countOf = (phases: readonly Phase[]): number => phases.reduce((n, p) => n * p.count, 1);
const ceilTo = (n: number, unit: number): number => Math.ceil(n / unit) * unit;

/** Whether rows of tiles run over images and not over the last axis: weight gradients have few places and many images. */
export function overImages(g: Geometry, fused: boolean): boolean {
  const places = Math.max(...g.combinations.map(({ phases }) => countOf(phases)));
  if (places > 1024 || g.images < 2) return false;
  const last = g.axes.at(-1)!.phases[0].count;
  return rowsCost(g.images, fused) / g.images < 0.95 * (rowsCost(last, fused) / last);
}

export function featuresKernel(context: KernelContext, g: Geometry, pieces: number): Kernel {
  const { module, fused, wide } = context;
  const e = elements[g.dtype];
  const vectors = wide ? 4 : 2;
  const width = vectors * e.lanes;
  const blocks = Math.ceil(g.features / width);
  // A last block of half the width or less has tiles of its own.
  const rest = g.features % width;
  const narrow = rest > 0 && rest <= width / 2;
  const last = g.axes.length - 1;
  const batched = overImages(g, fused);
  const phasesOf = g.combinations.map(({ phases }) => phases);
  const rowsOf = (phases: readonly Phase[]): number => phases[0].count;
  const rowTotal = g.axes[0].phases.length === 1 ? rowsOf(phasesOf[0]) : 1;
  const direct = readableInPlace(g, batched ? g.x.image : g.axes[last].step * g.axes[last].xStride);
  const parts = cut(g, { images: g.images, blocks, rows: rowTotal }, !direct, pieces);
  const cutRows = parts.rows > 1;
  const mostRowsOf = (phases: readonly Phase[]): number =>
    cutRows ? Math.ceil(rowTotal / parts.rows) : rowsOf(phases);
  const layout = direct
    ? inPlace(g)
    : copyLayout(
        g,
        Math.max(...phasesOf.map(mostRowsOf)),
        g.axes.map(() => 1),
        0,
      );
  const tables = tapTables(g, layout);
  const segment = module.data(tables.bytes);
  const most = mostRows(fused);
  const imagesOfPart = Math.ceil(g.images / parts.images);
  const places = Math.max(...phasesOf.map((phases) => (countOf(phases) / rowsOf(phases)) * mostRowsOf(phases)));
  let imageBlock = 1;
  if (batched) {
    const limit = Math.min(imageBytes / Math.max(1, layout.bytes), imageBytes / 2 / (places * width * g.item));
    const blocksOfImages = Math.ceil(imagesOfPart / Math.max(most, Math.floor(limit)));
    imageBlock = ceilTo(Math.ceil(imagesOfPart / blocksOfImages), most);
  }
  // Blocks of places: rows of the first axis, stretches of the last.
  const blockOf = (phases: readonly Phase[]): { rows: number; stretch: number } => {
    const [n, length] = [mostRowsOf(phases), phases[last].count];
    if (batched) return { rows: n, stretch: length };
    const stretch = length > 2 * mostPlaces ? mostPlaces : length;
    const one = (countOf(phases) / rowsOf(phases) / length) * stretch;
    return { rows: Math.max(1, Math.min(n, Math.floor(mostPlaces / one))), stretch };
  };
  const blockPlaces = (phases: readonly Phase[]): number => {
    const { rows, stretch } = blockOf(phases);
    return (countOf(phases) / rowsOf(phases) / phases[last].count) * rows * stretch * imageBlock;
  };

  const row = width * g.item;
  const depths = phasesOf.map((phases) => updates(g, phases));
  // Where each block of features is needed once it is packed right then, and is still in the cache.
  const visits = phasesOf.map((phases) => {
    const { rows, stretch } = blockOf(phases);
    return Math.ceil(mostRowsOf(phases) / rows) * Math.ceil(phases[last].count / stretch);
  });
  const lazy = Math.max(...visits) * Math.ceil(imagesOfPart / imageBlock) === 1;
  const blocksHeld = lazy ? 1 : Math.ceil(blocks / parts.blocks);
  const packedOfMember = depths.map((k) => k * row * blocksHeld);
  const packedOfAll = packedOfMember.map((n, i) => (lazy ? n : n * g.combinations[i].members.length));
  const sumBytes = Math.max(...phasesOf.map(blockPlaces)) * row;
  const scratch = scratchOf(tables, depths, packedOfAll, layout.bytes * imageBlock, sumBytes);

  const strip = (count: number, accumulate: boolean) =>
    stripFunction(module, {
      dtype: g.dtype,
      fused,
      vectors: count,
      tabled: 'scalars',
      rowStep: batched ? layout.image : layout.advance[last],
      packedStep: row,
      sumRow: row,
      accumulate,
    });
  const widths = narrow ? [vectors, vectors / 2] : [vectors];
  const strips = widths.map((count) => [strip(count, false), strip(count, true)]);
  const transposed = transpose(module, g.dtype);
  const guard = guardOf(module, g);
  const totals = { images: g.images, groups: g.groups, blocks, rows: rowTotal };

  const run = module.function(['i32', 'i32', 'i32', 'i32', 'i32'], [], (code) => {
    const piece = beginPiece(code, { g, layout, tables, segment, depths, scratch, parts, totals });
    const { x, w, out, my, bounds, copy, sums, taps } = piece;
    if (layout.copied) {
      code.get(copy);
      code.i32(0);
      code.i32(layout.bytes * imageBlock);
      code.memoryFill();
    }
    // What no feature fills stays zero.
    clear(code, piece, scratch.packed[0], scratch.packedBytes);
    // 1 once a weight that is not finite was packed: the padding's zeros would count.
    const infinite = guard === null ? null : code.local('i32');
    const firstRow = cutRows ? bounds.rows.from : sum(code, 0);
    range(
      code,
      () => code.get(bounds.groups.from),
      () => code.get(bounds.groups.to),
      1,
      (group) => {
        if (infinite !== null) {
          code.i32(0);
          code.set(infinite);
        }
        if (lazy) images(group);
        else {
          eachBlock((block) => g.combinations.forEach((_, i) => members(i, (member) => pack(group, block, i, member))));
          if (infinite === null) images(group);
          else {
            code.get(infinite);
            code.op('i32.eqz');
            code.if(() => images(group));
          }
        }
        if (infinite === null || guard === null) return;
        code.get(infinite);
        code.if(() => {
          const features = (): void => {
            push(code, 0, [bounds.blocks.from, width]);
            const end = sum(code, 0, [bounds.blocks.to, width]);
            atMost(code, end, () => code.i32(g.features));
            code.get(end);
            code.release(end);
          };
          runPlain(code, guard, piece, group, features, cutRows ? bounds.rows : g.axes[0].out);
        });
      },
    );

    /** Where the weights of a block are packed for a combination. */
    function packedOf(block: Local, i: number, { index }: Member): Local {
      if (lazy) return sum(code, scratch.packed[i], my);
      return sum(
        code,
        scratch.packed[i],
        my,
        [block, depths[i] * row],
        [bounds.blocks.from, -depths[i] * row],
        ...(index === null ? [] : [[index, packedOfMember[i]] as const]),
      );
    }

    function members(i: number, body: (member: Member) => void): void {
      eachMember(code, g, layout, tables, g.combinations[i], taps, body);
    }

    function pack(group: Local, block: Local, i: number, member: Member): void {
      if (depths[i] === 0) return;
      const { constant, terms } = member.weight;
      const from = sum(code, constant, w, ...terms, [group, g.features * g.w.feature], [block, width * g.w.feature]);
      const columns = columnsOf(block);
      const to = packedOf(block, i, member);
      emitPack(code, module, g, phasesOf[i], from, to, row, () => code.get(columns), transposed);
      if (infinite !== null && guard !== null) {
        code.get(infinite);
        code.get(to);
        code.i32(depths[i] * width);
        code.call(guard.finite);
        code.op('i32.eqz');
        code.op('i32.or');
        code.set(infinite);
      }
      for (const local of [to, from, columns]) code.release(local);
    }

    function eachBlock(body: (block: Local) => void): void {
      range(
        code,
        () => code.get(bounds.blocks.from),
        () => code.get(bounds.blocks.to),
        1,
        body,
      );
    }

    /** The features that a block has. */
    function columnsOf(block: Local): Local {
      const columns = sum(code, g.features, [block, -width]);
      atMost(code, columns, () => code.i32(width));
      return columns;
    }

    function images(group: Local): void {
      range(
        code,
        () => code.get(bounds.images.from),
        () => code.get(bounds.images.to),
        imageBlock,
        (n) => {
          const count = sum(code, 0, bounds.images.to, [n, -1]);
          atMost(code, count, () => code.i32(imageBlock));
          const from = sum(code, 0, x, [n, g.x.image], [group, g.channels * g.x.channel]);
          if (layout.copied) {
            range(
              code,
              () => code.i32(0),
              () => code.get(count),
              1,
              (i) => {
                const [source, target] = [sum(code, 0, from, [i, g.x.image]), sum(code, 0, copy, [i, layout.image])];
                emitCopy(code, module, g, layout, source, target, firstRow);
                code.release(source);
                code.release(target);
              },
            );
            code.get(copy);
            code.set(from);
          }
          const to = sum(code, 0, out, [n, g.out.image], [group, g.features * g.out.feature]);
          g.combinations.forEach((_, i) => members(i, (member) => combination(group, i, member, from, to, count)));
          for (const local of [count, from, to]) code.release(local);
        },
      );
    }

    function combination(group: Local, i: number, member: Member, from: Local, to: Local, count: Local): void {
      const phases = phasesOf[i];
      const { rows, stretch } = blockOf(phases);
      const rowBounds: Bounds = cutRows ? bounds.rows : { from: firstRow, to: sum(code, phases[0].count) };
      range(
        code,
        () => code.get(rowBounds.from),
        () => code.get(rowBounds.to),
        rows,
        (t) => {
          const here = sum(code, 0, rowBounds.to, [t, -1]);
          atMost(code, here, () => code.i32(rows));
          range(
            code,
            () => code.i32(0),
            () => code.i32(phases[last].count),
            stretch,
            (l) => {
              const length = sum(code, phases[last].count, [l, -1]);
              atMost(code, length, () => code.i32(stretch));
              // In a copy the places of the first axis count from the piece's own first.
              const base = sum(
                code,
                member.shift.constant,
                from,
                ...member.shift.terms,
                [t, layout.advance[0]],
                [l, layout.advance[last]],
                ...(layout.copied ? [[firstRow, -layout.advance[0]] as const] : []),
              );
              const target = sum(
                code,
                member.out.constant,
                to,
                ...member.out.terms,
                [t, g.axes[0].spacing * g.axes[0].outStride],
                [l, g.axes[last].spacing * g.axes[last].outStride],
              );
              eachBlock((block) => {
                const columns = columnsOf(block);
                const packed = packedOf(block, i, member);
                if (lazy) pack(group, block, i, member);
                const site = { phases, i, base, packed, here, length, count, stretch };
                if (depths[i] === 0) {
                  code.get(sums);
                  code.i32(0);
                  code.i32(blockPlaces(phases) * row);
                  code.memoryFill();
                } else if (narrow) {
                  code.get(columns);
                  code.i32(width / 2);
                  code.op('i32.gt_s');
                  code.if(
                    () => depthLoop(site, 0),
                    () => depthLoop(site, 1),
                  );
                } else depthLoop(site, 0);
                const aim = sum(code, 0, target, [block, width * g.out.feature]);
                write(site, aim, columns);
                for (const local of [columns, packed, aim]) code.release(local);
              });
              for (const local of [length, base, target]) code.release(local);
            },
          );
          code.release(here);
        },
      );
    }

    interface Block {
      readonly phases: readonly Phase[];
      readonly i: number;
      readonly base: Local;
      readonly packed: Local;
      readonly here: Local;
      readonly length: Local;
      readonly count: Local;
      readonly stretch: number;
    }

    /** The sums of a block of places and features, a stretch of updates at a time. */
    function depthLoop(site: Block, narrower: number): void {
      const k = depths[site.i];
      const step = Math.ceil(k / Math.ceil(k / deepest));
      const [fresh, more] = strips[narrower];
      const table = sum(code, scratch.tables[site.i], my);
      const packed = sum(code, 0, site.packed);
      const n = sum(code, step);
      const call = (f: typeof fresh) => (at: Local, scalars: Local, rows: Local) => {
        for (const p of [at, scalars, packed, table, n, rows]) code.get(p);
        code.call(f);
      };
      tilesOf(site, call(fresh));
      if (step < k) {
        range(
          code,
          () => code.i32(step),
          () => code.i32(k),
          step,
          (done) => {
            code.increment(table, 4 * step);
            code.increment(packed, step * row);
            push(code, k, [done, -1]);
            code.set(n);
            atMost(code, n, () => code.i32(step));
            tilesOf(site, call(more));
          },
        );
      }
      for (const local of [table, packed, n]) code.release(local);
    }

    /** Every run of rows of a block, with where its sums and scalars begin. */
    function tilesOf(
      { phases, base, here, length, count, stretch }: Block,
      body: (at: Local, scalars: Local, rows: Local) => void,
    ): void {
      const at = code.local('i32');
      const scalars = code.local('i32');
      const rows = code.local('i32');
      code.get(sums);
      code.set(at);
      const emit = (terms: readonly Term[], run: Local, bytesOfRun: number): void => {
        push(code, 0, base, ...terms);
        code.set(scalars);
        code.get(run);
        code.set(rows);
        body(at, scalars, rows);
        code.increment(at, bytesOfRun);
      };
      if (!batched) {
        middle(phases, here, (terms) =>
          emit(
            terms.map(([t, d]) => [t, layout.advance[d]] as const),
            length,
            stretch * row,
          ),
        );
      } else {
        range(
          code,
          () => code.i32(0),
          () => code.get(count),
          most,
          (n) => {
            const left = sum(code, 0, count, [n, -1]);
            atMost(code, left, () => code.i32(most));
            middle(phases, here, (terms) =>
              times(code, phases[last].count, (l) =>
                emit(
                  [
                    [n, layout.image],
                    ...terms.map(([t, d]) => [t, layout.advance[d]] as const),
                    ...(l === null ? [] : [[l, layout.advance[last]] as const]),
                  ],
                  left,
                  most * row,
                ),
              ),
            );
            code.release(left);
          },
        );
      }
      for (const local of [at, scalars, rows]) code.release(local);
    }

    /** The places of all axes but the last, the first one's from 0 to `here`. */
    function middle(
      phases: readonly Phase[],
      here: Local,
      body: (terms: readonly (readonly [Local, number])[]) => void,
    ): void {
      const level = (d: number, terms: readonly (readonly [Local, number])[]): void => {
        if (d === last) body(terms);
        else times(code, phases[d].count, (t) => level(d + 1, t === null ? terms : [...terms, [t, d]]));
      };
      range(
        code,
        () => code.i32(0),
        () => code.get(here),
        1,
        (t) => level(1, [[t, 0]]),
      );
    }

    /** Moves the sums of a block to the output. */
    function write({ phases, here, length, count, stretch }: Block, to: Local, columns: Local): void {
      const from = code.local('i32');
      const moved = (
        fromRow: number,
        lead: readonly Term[],
        rows: () => void,
        terms: readonly (readonly [Local, number])[],
      ): void => {
        code.get(from);
        code.i32(fromRow);
        push(code, 0, to, ...lead, ...terms.map(([t, d]) => [t, g.axes[d].spacing * g.axes[d].outStride] as const));
        code.i32(g.out.feature);
        code.i32(g.axes[last].spacing * g.item);
        rows();
        code.get(columns);
        code.call(transposed);
      };
      if (!batched) {
        code.get(sums);
        code.set(from);
        middle(phases, here, (terms) => {
          moved(row, [], () => code.get(length), terms);
          code.increment(from, stretch * row);
        });
      } else {
        range(
          code,
          () => code.i32(0),
          () => code.get(count),
          1,
          (n) => {
            const perTile = (countOf(phases) / phases[0].count) * most * row;
            // Tile n div most, row n mod most: tiles of all places of `most` images follow each other.
            const tile = sum(code, 0, n);
            code.get(tile);
            code.i32(most);
            code.op('i32.div_s');
            code.set(tile);
            const inside = sum(code, 0, [n, row], [tile, -most * row]);
            code.get(tile);
            push(code, 0, [here, perTile]);
            code.op('i32.mul');
            push(code, 0, sums, inside);
            code.op('i32.add');
            code.set(from);
            const lead: Term[] = [[n, g.out.image]];
            const packed = g.axes.every((axis) => axis.spacing === 1);
            if (packed) moved(most * row, lead, () => push(code, 0, [here, countOf(phases) / phases[0].count]), []);
            else {
              middle(phases, here, (terms) => {
                moved(most * row, lead, () => code.get(length), terms);
                code.increment(from, phases[last].count * most * row);
              });
            }
            code.release(tile);
            code.release(inside);
          },
        );
      }
      code.release(from);
    }
  });
  const kernel = { run, chunks: piecesOf(parts), scratchBytes: scratch.bytes * piecesOf(parts) };
  // Where a weight is not finite, the blocks of its piece are computed otherwise: in one piece all blocks would be.
  if (guard !== null && parts.blocks > 1) return kernel;
  return withWhole(kernel, () => featuresKernel(context, g, 1));
}
