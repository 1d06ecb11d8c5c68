// Matrix products of static shape and strides as functions of a module.

import type { Code, FunctionRef, Local, Module } from '../assembler.ts';
import { dotFunction, dotRows, dotScratch } from './gemm-dot.ts';
import { address, bound, each, piece, pointer, push } from './gemm-loops.ts';
import type { Index } from './gemm-loops.ts';
import { panelFunction, rowsFunction, scatterFunction } from './gemm-pack.ts';
import { planGemm, sweepRows } from './gemm-plan.ts';
import type { Columns, DotPlan, GemmSpec, Plan, SweepPlan, TilePlan } from './gemm-plan.ts';
import { sweepFunction } from './gemm-sweep.ts';
import { elements } from './floats.ts';
import { tileFunction } from './gemm-tile.ts';

export type { GemmSpec } from './gemm-plan.ts';

export interface Gemm {
  /**
   * (a, b, c, scratch, chunk: i32) → (): byte addresses of the first element of each operand and of the scratch
   * memory, and which chunk to compute. Reads up to 64 bytes beyond the end of a, b and (accumulating) c; writes c's
   * elements and its own part of the scratch memory, nothing else.
   */
  readonly run: FunctionRef;
  /** Pieces of the work, for any order and any threads: an element is summed in one order whoever does it. */
  readonly chunks: number;
  readonly scratchBytes: number;
}

/** C = A B (or C += A B) as a function of the module. Without multiply-add each product is rounded before it is added. */
export function gemm(module: Module, spec: GemmSpec): Gemm {
  if (spec.m * spec.n === 0 || spec.batch.some((axis) => axis.size === 0)) return small(module, () => {});
  if (spec.k === 0) return small(module, (code) => (spec.accumulate ? undefined : zeros(code, spec)));
  const plan = planGemm(spec);
  if (plan.how.kind === 'dots') return dots(module, plan, plan.how);
  return plan.how.kind === 'sweep' ? sweep(module, plan, plan.how) : tiles(module, plan, plan.how);
}

const params = ['i32', 'i32', 'i32', 'i32', 'i32'] as const;

function small(module: Module, write: (code: Code) => void): Gemm {
  return { run: module.function(params, [], write), chunks: 1, scratchBytes: 0 };
}

function zeros(code: Code, spec: GemmSpec): void {
  const e = elements[spec.dtype];
  const products = spec.batch.reduce((n, axis) => n * axis.size, 1);
  each(code, 0, products, 1, (index) => {
    const { c } = operands(code, spec, index);
    each(code, 0, spec.m, 1, (row) =>
      each(code, 0, spec.n, 1, (column) => {
        address(code, c, [
          [row, spec.c.row * e.bytes],
          [column, spec.c.col * e.bytes],
        ]);
        if (e.bytes === 4) code.f32(0);
        else code.f64(0);
        code.mem(e.store);
      }),
    );
  });
}

interface Operands {
  readonly a: Local;
  readonly b: Local;
  readonly c: Local;
}

/** The operands of one product of the batch, whose axes are the digits of its index. */
function operands(code: Code, spec: GemmSpec, product: Index, [a, b, c] = [0, 1, 2]): Operands {
  const { bytes } = elements[spec.dtype];
  const digits: Index[] = [];
  let rest = product;
  for (let i = spec.batch.length - 1; i >= 0; i--) {
    if (i === 0) digits.unshift(rest);
    else {
      const [digit, next] = [code.local('i32'), code.local('i32')];
      for (const [to, op] of [
        [digit, 'i32.rem_u'],
        [next, 'i32.div_u'],
      ] as const) {
        push(code, rest);
        code.i32(spec.batch[i].size);
        code.op(op);
        code.set(to);
      }
      digits.unshift({ local: digit });
      rest = { local: next };
    }
  }
  const at = (param: number, operand: 'a' | 'b' | 'c'): Local =>
    pointer(
      code,
      code.param(param),
      digits.map((digit, i) => [digit, spec.batch[i][operand] * bytes] as const),
    );
  return { a: at(a, 'a'), b: at(b, 'b'), c: at(c, 'c') };
}

/** Whose place of the grid the chunk is: the products, and the tiles of rows and of columns. */
function share(code: Code, plan: Plan, rowTiles: number, columnTiles: number): [Index, Index][] {
  const { grid } = plan;
  const chunk = code.param(4);
  const digit = (below: number, size: number): Index => {
    if (size === 1) return 0;
    const local = code.local('i32');
    code.get(chunk);
    code.i32(below);
    code.op('i32.div_u');
    code.i32(size);
    code.op('i32.rem_u');
    code.set(local);
    return { local };
  };
  return [
    piece(code, digit(grid.rows * grid.columns, grid.batch), grid.batch, plan.products),
    piece(code, digit(grid.columns, grid.rows), grid.rows, rowTiles),
    piece(code, digit(1, grid.columns), grid.columns, columnTiles),
  ];
}

const roundUp = (n: number, to: number): number => Math.ceil(n / to) * to;
const chunksOf = (plan: Plan): number => plan.grid.batch * plan.grid.rows * plan.grid.columns;

/** The chunk's own part of the scratch memory, on a boundary of cache lines. */
function ownScratch(code: Code, bytes: number, chunks: number): Local {
  const own = code.local('i32');
  code.get(code.param(3));
  code.i32(63);
  code.op('i32.add');
  code.i32(-64);
  code.op('i32.and');
  if (chunks > 1) {
    code.get(code.param(4));
    code.i32(bytes);
    code.op('i32.mul');
    code.op('i32.add');
  }
  code.set(own);
  return own;
}

/** Operands by their roles in the plan: a turned product has a and b in each other's place. */
const roles = (plan: Plan): [number, number, number] => (plan.turned ? [1, 0, 2] : [0, 1, 2]);

function dots(module: Module, plan: Plan, how: DotPlan): Gemm {
  const { spec } = plan;
  const { dtype, fma, wide, k, accumulate } = spec;
  const { bytes } = elements[dtype];
  const chunks = chunksOf(plan);
  const own = dotScratch + (how.packA ? roundUp(spec.k * bytes, 64) : 0);
  const [stride, out] = [spec.b.col * bytes, spec.c.col * bytes];
  const kernel = (rows: number): FunctionRef =>
    dotFunction(module, { dtype, fma, wide, rows, k, stride, out, accumulate });
  const groups = Math.ceil(spec.n / dotRows);
  const full = Math.floor(spec.n / dotRows);
  const whole = full > 0 ? kernel(dotRows) : undefined;
  const last = full < groups ? kernel(spec.n - full * dotRows) : undefined;
  const pack = how.packA
    ? panelFunction(module, spec.dtype, { kind: 'elements', offsets: [0], step: spec.a.col * bytes }, bytes)
    : undefined;
  const run = module.function(params, [], (code) => {
    const scratch = ownScratch(code, own, chunks);
    const [products, , columns] = share(code, plan, 1, groups);
    each(code, ...products, 1, (product) => {
      const { a, b, c } = operands(code, spec, product, roles(plan));
      each(code, 0, spec.m, 1, (row) => {
        if (pack !== undefined) {
          address(code, a, [[row, spec.a.row * bytes]]);
          address(code, scratch, [[1, dotScratch]]);
          code.i32(spec.k);
          code.call(pack);
        }
        const group = (index: Index, f: FunctionRef): void => {
          address(code, b, [[index, dotRows * stride]]);
          if (pack === undefined) address(code, a, [[row, spec.a.row * bytes]]);
          else address(code, scratch, [[1, dotScratch]]);
          address(code, c, [
            [row, spec.c.row * bytes],
            [index, dotRows * out],
          ]);
          code.get(scratch);
          code.call(f);
        };
        const [from, to] = columns;
        if (whole !== undefined) each(code, from, bound(code, 'min', to, full), 1, (index) => group(index, whole));
        if (last !== undefined) each(code, bound(code, 'max', from, full), to, 1, (index) => group(index, last));
      });
    });
  });
  return { run, chunks, scratchBytes: own * chunks + 64 };
}

function sweep(module: Module, plan: Plan, how: SweepPlan): Gemm {
  const { spec } = plan;
  const { dtype, fma, k, accumulate } = spec;
  const { bytes } = elements[dtype];
  const steps = Math.floor(spec.n / how.step);
  const pass = (rows: number, add: boolean): FunctionRef =>
    sweepFunction(module, { dtype, fma, unit: how.unit, rows, a: spec.a.col * bytes, b: spec.b.row * bytes, add });
  const [first, next] = [pass(sweepRows, accumulate), pass(sweepRows, true)];
  const whole = k - (k % sweepRows);
  const last = whole < k ? pass(k - whole, true) : undefined;
  // What is left of the columns is a product of its own, whose tiles mask them.
  const rest = spec.n - steps * how.step;
  const tail = rest > 0 ? gemm(module, { ...spec, n: rest, batch: [] }) : undefined;
  const run = module.function(params, [], (code) => {
    const [products, , columns] = share(code, plan, 1, steps);
    each(code, ...products, 1, (product) => {
      const { a, b, c } = operands(code, spec, product, roles(plan));
      blocks(code, columns, how.block, ([from, to]) => {
        const call = (row: Index, f: FunctionRef): void => {
          address(code, a, [[row, spec.a.col * bytes]]);
          address(code, b, [
            [row, spec.b.row * bytes],
            [from, how.step * bytes],
          ]);
          address(code, c, [[from, how.step * bytes]]);
          push(code, to);
          push(code, from);
          code.op('i32.sub');
          code.call(f);
        };
        call(0, first);
        each(code, sweepRows, whole, sweepRows, (row) => call(row, next));
        if (last !== undefined) call(whole, last);
      });
      if (tail === undefined) return;
      push(code, columns[1]);
      code.i32(steps);
      code.op('i32.eq');
      code.if(() => {
        code.get(a);
        address(code, b, [[1, steps * how.step * bytes]]);
        address(code, c, [[1, steps * how.step * bytes]]);
        code.i32(0);
        code.i32(0);
        code.call(tail.run);
      });
    });
  });
  return { run, chunks: chunksOf(plan), scratchBytes: 0 };
}

/** Ranges of at most `step`, which may be infinite, from `from` to `to`. */
function blocks(code: Code, [from, to]: [Index, Index], step: number, body: (range: [Index, Index]) => void): void {
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

function tiles(module: Module, plan: Plan, how: TilePlan): Gemm {
  const layout = layOut(plan.spec, how);
  const chunks = chunksOf(plan);
  const run = module.function(params, [], (code) => {
    const scratch = layout.bytes === 0 ? code.param(3) : ownScratch(code, layout.bytes, chunks);
    const [products, rows, columns] = share(code, plan, how.rows.tiles, how.tiles);
    each(code, ...products, 1, (product) =>
      new TileLoops(module, code, plan, how, layout, scratch, operands(code, plan.spec, product, roles(plan))).write(
        rows,
        columns,
      ),
    );
  });
  return { run, chunks, scratchBytes: layout.bytes === 0 ? 0 : layout.bytes * chunks + 64 };
}

/** Where packed tiles lie in a chunk's scratch memory: C's tile, then A's, then B's. All in bytes. */
interface Layout {
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

function layOut(spec: GemmSpec, how: TilePlan): Layout {
  const { bytes } = elements[spec.dtype];
  const { size } = how.depth;
  const rowC = Math.max(...how.columns.map((group) => group.units.length)) * how.unit * 16;
  // Rows start in different banks of the cache.
  const rowA = how.packA === 'rows' ? roundUp(size * bytes, 64) + 80 : bytes;
  const tileA = roundUp((how.packA === 'rows' ? rowA : size * bytes) * how.rows.size, 64) + 64;
  const tileB = rowC * roundUp(size, 4);
  const a = how.scatter ? roundUp(rowC * how.rows.size, 64) : 0;
  const b = a + (how.packA === 'none' ? 0 : tileA * Math.min(how.blockA, how.rows.tiles));
  return {
    rowA,
    tileA,
    tileB,
    rowC,
    a,
    b,
    bytes: b + (how.packB === 'none' ? 0 : tileB * Math.min(how.blockB, how.tiles)),
  };
}

type Terms = readonly (readonly [Index, number])[];

/** The loops of one product, outside in: columns and k by what is packed of B, rows by what is packed of A, tiles. */
class TileLoops {
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
    const { accumulate, k } = this.#spec;
    const code = this.#code;
    blocks(code, column, packB === 'none' ? Infinity : blockB, (columns) =>
      each(code, 0, depth.count, 1, (part) => {
        const size = depth.count === 1 ? k : this.#depth(part);
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
      if (typeof from === 'number' && typeof to === 'number') {
        if (to > from) body(from, to - from === 1 ? undefined : to - from, rows, row);
        continue;
      }
      const count = code.local('i32');
      push(code, to);
      push(code, from);
      code.op('i32.sub');
      code.tee(count);
      code.i32(0);
      code.op('i32.gt_s');
      code.if(() => body(from, { local: count }, rows, row));
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
    this.#columns(range, (index, group, column) => {
      const step = b.row * this.#bytes;
      const vectors = group.units.flatMap((start) => (unit === 2 ? [start, start + lanes] : [start]));
      // Where C has less columns than a vector has lanes, the last one stands for those beyond it.
      const each = vectors.flatMap((start) => Array.from({ length: lanes }, (_, i) => Math.min(start + i, n - 1)));
      const offsets = (packB === 'vectors' ? vectors : each).map((at) => at * b.col * this.#bytes);
      const panel =
        packB === 'lines'
          ? { kind: packB, offsets }
          : ({ kind: packB === 'vectors' ? packB : 'elements', offsets, step } as const);
      address(code, this.#at.b, [...scale(column, b.col * this.#bytes), [part, depth.size * step]]);
      this.#packed(index, range[0], this.#layout.tileB, this.#layout.b);
      push(code, size);
      code.call(panelFunction(this.#module, dtype, panel, group.units.length * unit * 16));
    });
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
      ...(depth.count === 1 ? { k } : {}),
      ...(strip
        ? { strip: { a: packA === 'none' ? rows * a.row * bytes : this.#layout.tileA, c: rows * c.row * bytes } }
        : {}),
    });
  }
}

const scale = (terms: Terms, by: number): [Index, number][] => terms.map(([index, n]) => [index, n * by]);
