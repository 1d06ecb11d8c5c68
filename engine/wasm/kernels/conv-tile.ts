// The micro-kernels of convolution: a block of sums held in registers, one rank-1 update for each channel and tap.

import type { FloatDType } from '../../ir/aval.ts';
import type { Code, FunctionRef, Module } from '../assembler.ts';
import { push } from './addresses.ts';
import { shared } from '../shared.ts';
import { elements, multiplyAdd } from './floats.ts';

/** rows × vectors of sums. All strides are bytes. */
export interface Tile {
  readonly dtype: FloatDType;
  readonly fused: boolean;
  readonly rows: number;
  readonly vectors: number;
  /** Which operand lies where the table says, from update to update; the other one is packed. */
  readonly tabled: 'scalars' | 'vectors';
  /** Between the scalars of neighbouring rows. */
  readonly rowStep: number;
  /** From one update's packed operand to the next one's. */
  readonly packedStep: number;
  /** Between rows of the sums. */
  readonly sumRow: number;
  /** Adds to the sums that are there. */
  readonly accumulate: boolean;
}

/**
 * A tile as a function (sums, scalars, vectors, table, n) → (): n ≥ 1 updates, sum[i][j] += scalar[i] · vector[j], in
 * the order of the table, whose entries (i32) are added to the address of the operand that is not packed. Every sum
 * has one accumulator: tiles of any size give the same bits.
 */
export function tileFunction(module: Module, tile: Tile): FunctionRef {
  return shared(module, `conv tile ${JSON.stringify(tile)}`, () =>
    module.function(['i32', 'i32', 'i32', 'i32', 'i32'], [], (code) => emit(code, tile)),
  );
}

function emit(code: Code, tile: Tile): void {
  const e = elements[tile.dtype];
  const [out, scalars, vectors, table, n] = [0, 1, 2, 3, 4].map((i) => code.param(i));
  const packed = tile.tabled === 'scalars' ? vectors : scalars;
  const base = tile.tabled === 'scalars' ? scalars : vectors;
  const at = code.local('i32');
  const columns = Array.from({ length: tile.vectors }, (_, j) => j);
  // They start as zero, as every local does.
  const sums = Array.from({ length: tile.rows }, () => columns.map(() => code.local('v128')));
  const held = columns.map(() => code.local('v128'));
  const splat = code.local('v128');
  const [s, v] = tile.tabled === 'scalars' ? [at, vectors] : [scalars, at];
  code.loop((again) => {
    code.get(base);
    code.get(table);
    code.mem('i32.load');
    code.op('i32.add');
    code.set(at);
    for (const j of columns) {
      code.get(v);
      code.mem('v128.load', 16 * j);
      code.set(held[j]);
    }
    for (let i = 0; i < tile.rows; i++) {
      code.get(s);
      code.mem(e.splat, i * tile.rowStep);
      code.set(splat);
      for (const j of columns) multiplyAdd(code, e, tile.fused, sums[i][j], splat, held[j]);
    }
    code.increment(packed, tile.packedStep);
    code.increment(table, 4);
    push(code, -1, n);
    code.tee(n);
    code.brIf(again);
  });
  sums.forEach((row, i) => {
    if (tile.accumulate) {
      row.forEach((sum, j) => {
        code.get(out);
        code.mem('v128.load', i * tile.sumRow + 16 * j);
        code.get(sum);
        code.op(e.add);
        code.set(sum);
      });
    }
    // The upper of two vectors first: otherwise V8 keeps the lower one's store beside the fused one.
    for (const j of columns.toReversed()) {
      code.get(out);
      code.get(row[j]);
      code.mem('v128.store', i * tile.sumRow + 16 * j);
    }
  });
}

/** The rows of a tile at most: without fused multiply-add a register is needed for the product. */
export const mostRows = (fused: boolean): number => (fused ? 6 : 5);

/**
 * Tiles over a run of rows, as a function (sums, scalars, vectors, table, n, rows) → (): the rows lie rowStep apart,
 * and their sums one after another. Remainders of 7 and 8 are split evenly: two small tiles cost less than one tiny.
 */
export function stripFunction(module: Module, tile: Omit<Tile, 'rows'>): FunctionRef {
  const most = mostRows(tile.fused);
  return shared(module, `conv strip ${JSON.stringify(tile)}`, () => {
    const heights = Array.from({ length: most }, (_, i) => tileFunction(module, { ...tile, rows: i + 1 }));
    return module.function(['i32', 'i32', 'i32', 'i32', 'i32', 'i32'], [], (code) => {
      const [out, scalars, vectors, table, n, rows] = [0, 1, 2, 3, 4, 5].map((i) => code.param(i));
      const call = (height: number): void => {
        for (const p of [out, scalars, vectors, table, n]) code.get(p);
        code.call(heights[height - 1]);
        code.increment(out, height * tile.sumRow);
        code.increment(scalars, height * tile.rowStep);
        code.increment(rows, -height);
      };
      const whileAbove = (bound: number, body: () => void): void =>
        code.block((done) =>
          code.loop((again) => {
            code.get(rows);
            code.i32(bound);
            code.op('i32.le_s');
            code.brIf(done);
            body();
            code.br(again);
          }),
        );
      whileAbove(8, () => call(most));
      // At most 8 are left.
      code.get(rows);
      code.i32(most);
      code.op('i32.gt_s');
      code.if(() => call(4));
      code.block((done) => {
        const within = (height: number): void => {
          if (height === 0) {
            code.block((none) => {
              code.get(rows);
              code.brTable([none, ...labels.toReversed(), done]);
            });
            code.br(done);
            return;
          }
          code.block((label) => {
            labels.push(label);
            within(height - 1);
          });
          call(height);
          code.br(done);
        };
        const labels: Parameters<typeof code.br>[0][] = [];
        within(most);
      });
    });
  });
}
