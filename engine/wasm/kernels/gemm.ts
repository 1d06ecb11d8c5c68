// Matrix products of static shape and strides as functions of a module.

import type { Code, FunctionRef, Local, Module } from '../assembler.ts';
import { dotFunction, dotRows, dotScratch } from './gemm-dot.ts';
import { address, bound, each, piece, pointer, push } from './gemm-loops.ts';
import type { Index } from './gemm-loops.ts';
import { panelFunction } from './gemm-pack.ts';
import { planGemm, sweepRows } from './gemm-plan.ts';
import type { DotPlan, GemmSpec, Plan, SweepPlan, TilePlan } from './gemm-plan.ts';
import { sweepFunction } from './gemm-sweep.ts';
import { elements } from './floats.ts';
import type { Operands } from './gemm-tiles.ts';
import { blocks, layOut, roundUp, TileLoops } from './gemm-tiles.ts';

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
  /** All chunks at once, for a thread that is alone; the same bits. */
  readonly whole?: FunctionRef;
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
  const chunks = chunksOf(plan);
  const own = roundUp(tail?.scratchBytes ?? 0, 64);
  const run = module.function(params, [], (code) => {
    const scratch = own === 0 ? code.param(3) : ownScratch(code, own, chunks);
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
      code.if(() =>
        each(code, 0, tail.chunks, 1, (chunk) => {
          code.get(a);
          address(code, b, [[1, steps * how.step * bytes]]);
          address(code, c, [[1, steps * how.step * bytes]]);
          code.get(scratch);
          push(code, chunk);
          code.call(tail.run);
        }),
      );
    });
  });
  return { run, chunks, scratchBytes: own === 0 ? 0 : own * chunks + 64 };
}

function tiles(module: Module, plan: Plan, how: TilePlan): Gemm {
  const kernel = tilesIn(module, plan, how);
  const { grid } = plan;
  // Chunks of one product pack the same tiles anew.
  if (grid.rows * grid.columns === 1 || (how.packA === 'none' && how.packB === 'none')) return kernel;
  const whole = tilesIn(module, { ...plan, grid: { batch: 1, rows: 1, columns: 1 } }, how);
  return { ...kernel, whole: whole.run, scratchBytes: Math.max(kernel.scratchBytes, whole.scratchBytes) };
}

function tilesIn(module: Module, plan: Plan, how: TilePlan): Gemm {
  const layout = layOut(plan, how);
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
