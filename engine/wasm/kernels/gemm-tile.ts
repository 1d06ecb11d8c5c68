// The micro-kernels of matrix multiplication: a block of C held in registers, one rank-1 update for each k.

import type { FloatDType } from '../../ir/aval.ts';
import type { Code, FunctionRef, Local, Module } from '../assembler.ts';
import { shared } from '../shared.ts';
import type { Elements } from './floats.ts';
import { elements, multiplyAdd } from './floats.ts';

/** A micro-kernel: rows × vectors of C. All offsets and strides are bytes. */
export interface Tile {
  readonly dtype: FloatDType;
  readonly fma: boolean;
  readonly rows: number;
  /** v128s of a unit: 2 are fused into one 256-bit register, 1 stands alone. */
  readonly unit: 1 | 2;
  readonly a: { readonly row: number; readonly k: number };
  /** Where each unit starts in a row of B. */
  readonly b: { readonly k: number; readonly units: readonly number[] };
  /** Where each unit starts in a row of C; the last may overlap the one before it. */
  readonly c: { readonly row: number; readonly units: readonly number[] };
  /** Elements of the last v128 that exist in C. */
  readonly lanes: number;
  readonly accumulate: boolean;
  /** The number of rank-1 updates, where it is the same in every call. */
  readonly k?: number;
  /** Rank-1 updates in one turn of the loop, which divides how many there are. */
  readonly turn: number;
  /** From one tile to the next of a strip of them, which one call computes. */
  readonly strip?: { readonly a: number; readonly c: number };
}

/** Up to this many updates there is no loop. */
const unrolled = 4;

/** The micro-kernel as a function (a, b, c) → (), with further parameters for k where it is not fixed and the tiles of a strip. */
export function tileFunction(module: Module, tile: Tile): FunctionRef {
  const params = 3 + (tile.k === undefined ? 1 : 0) + (tile.strip === undefined ? 0 : 1);
  return shared(module, { tile }, () =>
    module.function(
      Array.from({ length: params }, () => 'i32'),
      [],
      (code) => emitStrip(code, tile),
    ),
  );
}

function emitStrip(code: Code, tile: Tile): void {
  const { rows, strip } = tile;
  const [a, b, c] = [code.param(0), code.param(1), code.param(2)];
  // Offsets are unsigned: a negative stride starts from the other end.
  const aLow = Math.min(0, (rows - 1) * tile.a.row);
  if (aLow !== 0) code.increment(a, aLow);
  const cLow = Math.min(0, (rows - 1) * tile.c.row);
  if (cLow !== 0) code.increment(c, cLow);
  if (strip === undefined) return emitTile(code, tile, { a, b, c, aLow, cLow });
  const at = { a: code.local('i32'), b: code.local('i32'), c, aLow, cLow };
  const left = code.param(tile.k === undefined ? 4 : 3);
  code.loop((again) => {
    code.get(a);
    code.set(at.a);
    code.get(b);
    code.set(at.b);
    emitTile(code, tile, at);
    code.increment(a, strip.a);
    code.increment(c, strip.c);
    code.get(left);
    code.i32(-1);
    code.op('i32.add');
    code.tee(left);
    code.brIf(again);
  });
}

interface Place {
  readonly a: Local;
  readonly b: Local;
  readonly c: Local;
  readonly aLow: number;
  readonly cLow: number;
}

/**
 * The product of `rows` rows of A and the columns of one tile. The order of every sum is k = 0, 1, …; each element
 * has one accumulator, so that tiles of any size give the same bits.
 */
function emitTile(code: Code, tile: Tile, { a, b, c, aLow, cLow }: Place): void {
  const { fma, rows, unit } = tile;
  const e = elements[tile.dtype];
  const vectors = tile.b.units.flatMap((at) => (unit === 2 ? [at, at + 16] : [at]));
  const sums = Array.from({ length: rows }, () => vectors.map(() => code.local('v128')));
  // The shorter side of the tile is loaded first and kept: rows of A as splats, or vectors of B.
  const keepA = rows < tile.b.units.length;
  const kept = (keepA ? sums : vectors).map(() => code.local('v128'));
  const passing = Array.from({ length: unit }, () => code.local('v128'));
  const update = (first: boolean, bAt: number, aAt: number): void => {
    const loadA = (i: number, to: Local): void => {
      code.get(a);
      code.mem(e.splat, i * tile.a.row - aLow + aAt);
      code.set(to);
    };
    const loadB = (j: number, to: Local): void => {
      code.get(b);
      code.mem('v128.load', vectors[j] + bAt);
      code.set(to);
    };
    const add = (i: number, j: number, x: Local, y: Local): void => multiplyAdd(code, e, fma, sums[i][j], x, y, first);
    kept.forEach((to, i) => (keepA ? loadA(i, to) : loadB(i, to)));
    if (keepA) {
      for (let j = 0; j < vectors.length; j += unit) {
        passing.forEach((to, l) => loadB(j + l, to));
        for (let i = 0; i < rows; i++) passing.forEach((from, l) => add(i, j + l, kept[i], from));
      }
    } else {
      for (let i = 0; i < rows; i++) {
        loadA(i, passing[0]);
        vectors.forEach((_, j) => add(i, j, passing[0], kept[j]));
      }
    }
  };
  const next = (updates: number): void => {
    if (tile.a.k !== 0) code.increment(a, tile.a.k * updates);
    if (tile.b.k !== 0) code.increment(b, tile.b.k * updates);
  };
  // Offsets are unsigned.
  const turn = tile.a.k < 0 || tile.b.k < 0 ? 1 : tile.turn;
  if (tile.k !== undefined && tile.k <= unrolled) {
    for (let k = 0; k < tile.k; k++) {
      update(k === 0, 0, 0);
      if (k + 1 < tile.k) next(1);
    }
  } else {
    if (tile.strip !== undefined) {
      const zero = code.local('v128'); // Locals start as zero; this one stays it.
      for (const sum of sums.flat()) {
        code.get(zero);
        code.set(sum);
      }
    }
    const left = code.local('i32');
    if (tile.k === undefined) code.get(code.param(3));
    else code.i32(tile.k);
    code.set(left);
    code.loop((again) => {
      for (let i = 0; i < turn; i++) update(false, i * tile.b.k, i * tile.a.k);
      next(turn);
      code.get(left);
      code.i32(-turn);
      code.op('i32.add');
      code.tee(left);
      code.brIf(again);
    });
  }
  storeTile(code, tile, c, cLow, sums);
}

/** Adds C where it accumulates, and stores. The loads of a row come before its stores: units may overlap. */
function storeTile(code: Code, tile: Tile, c: Local, low: number, sums: readonly (readonly Local[])[]): void {
  const e = elements[tile.dtype];
  const { units } = tile.c;
  // Stores are fused when neighbours in the order of their offsets are 16 bytes apart, for each base: a unit that
  // overlaps the one before it needs a base of its own.
  const bases = units.map((at, u) => {
    if (u === 0 || at >= units[u - 1] + 16 * tile.unit) return { base: c, at };
    const base = code.local('i32');
    code.get(c);
    code.i32(at);
    code.op('i32.add');
    code.set(base);
    return { base, at: 0 };
  });
  const places = bases.flatMap(({ base, at }) =>
    tile.unit === 2
      ? [
          { base, at },
          { base, at: at + 16 },
        ]
      : [{ base, at }],
  );
  for (let i = 0; i < tile.rows; i++) {
    const row = i * tile.c.row - low;
    if (tile.accumulate) {
      places.forEach(({ base, at }, j) => {
        code.get(base);
        code.mem('v128.load', row + at);
        code.get(sums[i][j]);
        code.op(e.add);
        code.set(sums[i][j]);
      });
    }
    // The upper of two vectors first: where the lower comes first, V8 keeps its store beside the fused one, so that a
    // trap at the upper one would leave what it should.
    for (let j = places.length - 1; j >= 0; j--) {
      const { base, at } = places[j];
      const lanes = j === places.length - 1 ? tile.lanes : e.lanes;
      if (lanes === e.lanes) {
        code.get(base);
        code.get(sums[i][j]);
        code.mem('v128.store', row + at);
      } else storeLanes(code, e, base, row + at, sums[i][j], lanes);
    }
  }
}

/** Stores the first lanes of a vector, less than all of them. */
export function storeLanes(code: Code, e: Elements, base: Local, at: number, from: Local, lanes: number): void {
  let lane = 0;
  if (e.bytes === 4 && lanes >= 2) {
    code.get(base);
    code.get(from);
    code.memLane('v128.store64_lane', at, 0);
    lane = 2;
  }
  for (; lane < lanes; lane++) {
    code.get(base);
    code.get(from);
    code.memLane(e.storeLane, at + lane * e.bytes, lane);
  }
}
