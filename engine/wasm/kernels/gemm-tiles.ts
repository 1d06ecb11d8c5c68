// The loops of a matrix product in tiles: what is packed when, and which micro-kernel computes which tile.

import type { Code, FunctionRef, Local, Module } from '../assembler.ts';
import { address, bound, difference, each, ifPositive, push } from './gemm-loops.ts';
import type { Index } from './gemm-loops.ts';
import { panelFunction, panelsFunction, rowsFunction, scatterFunction } from './gemm-pack.ts';
import type { Columns, GemmSpec, Plan, TilePlan } from './gemm-plan.ts';
import { elements } from './floats.ts';
import { tileFunction } from './gemm-tile.ts';

/** Addresses of the first elements. */
export interface Operands {
  readonly a: Local;
  readonly b: Local;
  readonly c: Local;
}

export const roundUp = (n: number, to: number): number => Math.ceil(n / to) * to;

/** Where packed tiles lie in a chunk's scratch memory: C's tile, then A's, then B's. All in bytes. */
export interface Layout {
  /** From one row of a packed A to the next. */
  readonly rowA: number;
  /** From one tile to the next. */
  readonly tileA: number;
  readonly tileB: number;
  readonly rowC: number;
  readonly a: number;
  readonly b: number;
  readonly bytes: number;
}

export function layOut({ spec, grid }: Plan, how: TilePlan): Layout {
  const { bytes } = elements[spec.dtype];
  const { size } = how.depth;
  const rowC = Math.max(...how.columns.map((group) => group.units.length)) * how.unit * 16;
  // Rows start in different banks of the cache.
  const rowA = how.packA === 'rows' ? roundUp(size * bytes, 64) + 80 : bytes;
  const tileA = roundUp((how.packA === 'rows' ? rowA : size * bytes) * how.rows.size, 64) + 64;
  const tileB = rowC * roundUp(size, 4);
  const a = how.scatter ? roundUp(rowC * how.rows.size, 64) : 0;
  const most = { rows: Math.ceil(how.rows.tiles / grid.rows), columns: Math.ceil(how.tiles / grid.columns) };
  const b = a + (how.packA === 'none' ? 0 : tileA * Math.min(how.blockA, most.rows));
  return {
    rowA,
    tileA,
    tileB,
    rowC,
    a,
    b,
    bytes: b + (how.packB === 'none' ? 0 : tileB * Math.min(how.blockB, most.columns)),
  };
}

type Terms = readonly (readonly [Index, number])[];

/** The loops of one product, outside in: columns and k by what is packed of B, rows by what is packed of A, tiles. */
export class TileLoops {
  readonly #module: Module;
  readonly #code: Code;
  readonly #spec: GemmSpec;
  readonly #how: TilePlan;
  readonly #layout: Layout;
  readonly #scratch: Local;
  readonly #at: Operands;
  readonly #bytes: number;

  constructor(module: Module, code: Code, plan: Plan, how: TilePlan, layout: Layout, scratch: Local, at: Operands) {
    this.#module = module;
    this.#code = code;
    this.#spec = plan.spec;
    this.#how = how;
    this.#layout = layout;
    this.#scratch = scratch;
    this.#at = at;
    this.#bytes = elements[plan.spec.dtype].bytes;
  }

  /** The tiles in the given ranges of rows and columns. */
  write(row: [Index, Index], column: [Index, Index]): void {
    const { packA, packB, blockA, blockB, depth } = this.#how;
    const { accumulate } = this.#spec;
    const code = this.#code;
    blocks(code, column, packB === 'none' ? Infinity : blockB, (columns) =>
      each(code, 0, depth.count, 1, (part) => {
        const size = this.#depth(part);
        if (packB !== 'none') this.#packB(columns, part, size);
        blocks(code, row, packA === 'none' ? Infinity : blockA, (rows) => {
          if (packA !== 'none') this.#packA(rows, part, size);
          if (depth.count === 1 || accumulate) return this.#tiles(rows, columns, part, size, accumulate);
          push(code, part);
          code.if(
            () => this.#tiles(rows, columns, part, size, true),
            () => this.#tiles(rows, columns, part, size, false),
          );
        });
      }),
    );
  }

  /** How many k a part has. */
  #depth(part: Index): Index {
    if (this.#how.depth.count === 1) return this.#spec.k;
    const code = this.#code;
    const local = code.local('i32');
    code.i32(this.#spec.k);
    push(code, part);
    code.i32(this.#how.depth.size);
    code.op('i32.mul');
    code.op('i32.sub');
    code.set(local);
    return bound(code, 'min', { local }, this.#how.depth.size);
  }

  #columns(range: [Index, Index], body: (index: Index, group: Columns, column: Terms) => void) {
    for (const group of this.#how.columns) {
      const from = bound(this.#code, 'max', range[0], group.tile);
      const to = bound(this.#code, 'min', range[1], group.tile + group.count);
      // The column where tile `index` starts: first + (index − tile) · step.
      each(this.#code, from, to, 1, (index) =>
        body(index, group, [
          [index, group.step],
          [1, group.first - group.tile * group.step],
        ]),
      );
    }
  }

  #rows(range: [Index, Index], body: (index: Index, rows: number, row: Terms) => void): void {
    const { size, extra } = this.#how.rows;
    const code = this.#code;
    each(code, range[0], bound(code, 'min', range[1], extra), 1, (index) => body(index, size, [[index, size]]));
    if (extra === this.#how.rows.tiles) return;
    each(code, bound(code, 'max', range[0], extra), range[1], 1, (index) =>
      body(index, size - 1, [
        [index, size - 1],
        [1, extra],
      ]),
    );
  }

  /** Strips of tiles with the same number of rows. */
  #strips(
    range: [Index, Index],
    body: (first: Index, tiles: Index | undefined, rows: number, row: Terms) => void,
  ): void {
    const { tiles, size, extra } = this.#how.rows;
    const code = this.#code;
    for (const [from, to, rows, skipped] of [
      [range[0], bound(code, 'min', range[1], extra), size, 0],
      [bound(code, 'max', range[0], extra), range[1], size - 1, extra],
    ] as const) {
      const row = [
        [from, rows],
        [1, skipped],
      ] as const;
      if (skipped === tiles) continue;
      const count = difference(code, to, from);
      ifPositive(code, count, () => body(from, count === 1 ? undefined : count, rows, row));
    }
  }

  /** Pushes where the packed tile `index` of a block that starts with tile `first` lies. */
  #packed(index: Index, first: Index, tile: number, at: number): void {
    address(this.#code, this.#scratch, [
      [index, tile],
      [first, -tile],
      [1, at],
    ]);
  }

  #packB(range: [Index, Index], part: Index, size: Index): void {
    const { b, dtype, n } = this.#spec;
    const { unit, packB, depth } = this.#how;
    const { lanes } = elements[dtype];
    const code = this.#code;
    if (packB === 'vectors') return this.#packVectors(range, part, size);
    this.#columns(range, (index, group, column) => {
      const step = b.row * this.#bytes;
      const vectors = group.units.flatMap((start) => (unit === 2 ? [start, start + lanes] : [start]));
      // Where C has less columns than a vector has lanes, the last one stands for those beyond it.
      const each = vectors.flatMap((start) => Array.from({ length: lanes }, (_, i) => Math.min(start + i, n - 1)));
      const offsets = each.map((at) => at * b.col * this.#bytes);
      const panel = packB === 'lines' ? { kind: packB, offsets } : ({ kind: 'elements', offsets, step } as const);
      address(code, this.#at.b, [...scale(column, b.col * this.#bytes), [part, depth.size * step]]);
      this.#packed(index, range[0], this.#layout.tileB, this.#layout.b);
      push(code, size);
      code.call(panelFunction(this.#module, dtype, panel, group.units.length * unit * 16));
    });
  }

  /** Rows of B that are contiguous: all panels of a kind at once. */
  #packVectors(range: [Index, Index], part: Index, size: Index): void {
    const { b, dtype } = this.#spec;
    const { unit, columns, depth } = this.#how;
    const { lanes } = elements[dtype];
    const code = this.#code;
    for (const group of columns) {
      const from = bound(code, 'max', range[0], group.tile);
      const to = bound(code, 'min', range[1], group.tile + group.count);
      const count = difference(code, to, from);
      const vectors = group.units.flatMap((start) => (unit === 2 ? [start, start + lanes] : [start]));
      const offsets = vectors.map((start) => start * this.#bytes);
      const step = b.row * this.#bytes;
      const width = vectors.length * 16;
      const pack = panelsFunction(this.#module, { offsets, step }, width, group.step * this.#bytes, this.#layout.tileB);
      ifPositive(code, count, () => {
        const column = (group.first - group.tile * group.step) * this.#bytes;
        address(code, this.#at.b, [
          [from, group.step * this.#bytes],
          [1, column],
          [part, depth.size * step],
        ]);
        this.#packed(from, range[0], this.#layout.tileB, this.#layout.b);
        push(code, size);
        push(code, count);
        code.call(pack);
      });
    }
  }

  #packA(range: [Index, Index], part: Index, size: Index): void {
    const { a, dtype } = this.#spec;
    const { packA, depth } = this.#how;
    const code = this.#code;
    this.#rows(range, (index, rows, row) => {
      const [across, along] = [a.row * this.#bytes, a.col * this.#bytes];
      address(code, this.#at.a, [...scale(row, across), [part, depth.size * along]]);
      this.#packed(index, range[0], this.#layout.tileA, this.#layout.a);
      if (packA === 'rows') {
        code.i32(rows);
        push(code, size);
        code.i32(this.#bytes);
        code.op('i32.mul');
        code.call(rowsFunction(this.#module, across, this.#layout.rowA));
        return;
      }
      const width = rows * this.#bytes;
      const offsets =
        packA === 'vectors'
          ? Array.from({ length: Math.ceil(width / 16) }, (_, i) => 16 * i)
          : Array.from({ length: rows }, (_, i) => i * across);
      push(code, size);
      code.call(
        panelFunction(
          this.#module,
          dtype,
          { kind: packA === 'vectors' ? packA : 'elements', offsets, step: along },
          width,
        ),
      );
    });
  }

  #tiles(rows: [Index, Index], columns: [Index, Index], part: Index, size: Index, accumulate: boolean): void {
    const { packA, packB, scatter, depth } = this.#how;
    const { a, b, c } = this.#spec;
    const code = this.#code;
    const bytes = this.#bytes;
    this.#columns(columns, (index, group, column) => {
      const panel = code.local('i32');
      if (packB === 'none')
        address(code, this.#at.b, [...scale(column, b.col * bytes), [part, depth.size * b.row * bytes]]);
      else this.#packed(index, columns[0], this.#layout.tileB, this.#layout.b);
      code.set(panel);
      const call = (tile: Index, tiles: Index | undefined, count: number, row: Terms): void => {
        if (packA === 'none')
          address(code, this.#at.a, [...scale(row, a.row * bytes), [part, depth.size * a.col * bytes]]);
        else this.#packed(tile, rows[0], this.#layout.tileA, this.#layout.a);
        code.get(panel);
        const place = [...scale(row, c.row * bytes), ...scale(column, c.col * bytes)];
        if (scatter) code.get(this.#scratch);
        else address(code, this.#at.c, place);
        if (depth.count > 1) push(code, size);
        if (tiles !== undefined) push(code, tiles);
        code.call(this.#kernel(group, count, accumulate && !scatter, tiles !== undefined));
        if (!scatter) return;
        code.get(this.#scratch);
        address(code, this.#at.c, place);
        code.i32(count);
        code.i32(group.width);
        const to = { row: c.row * bytes, col: c.col * bytes };
        code.call(scatterFunction(this.#module, this.#spec.dtype, this.#layout.rowC, to, accumulate));
      };
      if (scatter) this.#rows(rows, (tile, count, row) => call(tile, undefined, count, row));
      else this.#strips(rows, call);
    });
  }

  #kernel(group: Columns, rows: number, accumulate: boolean, strip: boolean): FunctionRef {
    const { packA, packB, unit, lanes, depth, scatter } = this.#how;
    const { dtype, fma, k, a, b, c } = this.#spec;
    const bytes = this.#bytes;
    const starts = group.units.map((at) => at * bytes);
    return tileFunction(this.#module, {
      dtype,
      fma,
      rows,
      unit,
      a:
        packA === 'none'
          ? { row: a.row * bytes, k: a.col * bytes }
          : packA === 'rows'
            ? { row: this.#layout.rowA, k: bytes }
            : { row: bytes, k: rows * bytes },
      b:
        packB === 'none'
          ? { k: b.row * bytes, units: starts }
          : { k: starts.length * unit * 16, units: starts.map((_, i) => i * unit * 16) },
      c: { row: scatter ? this.#layout.rowC : c.row * bytes, units: starts },
      lanes,
      accumulate,
      // Half as wide, a turn does half as much, and what it takes beside weighs more. Pieces of k are multiples of four but the last.
      turn: unit === 2 ? 1 : k % 4 === 0 ? 4 : k % 2 === 0 ? 2 : 1,
      ...(depth.count === 1 ? { k } : {}),
      ...(strip
        ? { strip: { a: packA === 'none' ? rows * a.row * bytes : this.#layout.tileA, c: rows * c.row * bytes } }
        : {}),
    });
  }
}

const scale = (terms: Terms, by: number): [Index, number][] => terms.map(([index, n]) => [index, n * by]);

/** Ranges of at most `step`, which may be infinite, from `from` to `to`. */
export function blocks(
  code: Code,
  [from, to]: [Index, Index],
  step: number,
  body: (range: [Index, Index]) => void,
): void {
  if (step === Infinity) return body([from, to]);
  each(code, from, to, step, (start) => {
    if (typeof start === 'number') return body([start, to]);
    const local = code.local('i32');
    push(code, start);
    code.i32(step);
    code.op('i32.add');
    code.set(local);
    body([start, bound(code, 'min', { local }, to)]);
  });
}
