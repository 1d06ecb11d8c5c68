// The micro-kernels of matrix multiplication: a block of C held in registers, one rank-1 update for each k.

import type { FloatDType } from '../../ir/aval.ts';
import type { Code, FunctionRef, Local, Module } from '../assembler.ts';
import type { Memory, MemoryLane, Plain } from '../opcodes.ts';

/** The instructions of one dtype. */
export interface Elements {
  readonly bytes: number;
  /** Elements of a v128. */
  readonly lanes: number;
  readonly splat: Memory;
  readonly load: Memory;
  readonly store: Memory;
  readonly storeLane: MemoryLane;
  readonly scalarAdd: Plain;
  readonly add: Plain;
  readonly mul: Plain;
  readonly madd: Plain;
}

export const elements: Record<FloatDType, Elements> = {
  float32: {
    bytes: 4,
    lanes: 4,
    splat: 'v128.load32_splat',
    load: 'f32.load',
    store: 'f32.store',
    storeLane: 'v128.store32_lane',
    scalarAdd: 'f32.add',
    add: 'f32x4.add',
    mul: 'f32x4.mul',
    madd: 'f32x4.relaxed_madd',
  },
  float64: {
    bytes: 8,
    lanes: 2,
    splat: 'v128.load64_splat',
    load: 'f64.load',
    store: 'f64.store',
    storeLane: 'v128.store64_lane',
    scalarAdd: 'f64.add',
    add: 'f64x2.add',
    mul: 'f64x2.mul',
    madd: 'f64x2.relaxed_madd',
  },
};

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
}

/** Up to this many updates there is no loop. */
const unrolled = 4;

const made = new WeakMap<Module, Map<string, FunctionRef>>();

/** One function for each key in a module: GEMMs with the same immediates share their code. */
export function shared(module: Module, key: object, make: () => FunctionRef): FunctionRef {
  let known = made.get(module);
  if (known === undefined) made.set(module, (known = new Map()));
  const text = JSON.stringify(key);
  let ref = known.get(text);
  if (ref === undefined) known.set(text, (ref = make()));
  return ref;
}

/** The micro-kernel as a function (a, b, c, k) → (), or (a, b, c) → () where k is fixed. */
export function tileFunction(module: Module, tile: Tile): FunctionRef {
  return shared(module, { tile }, () =>
    module.function(tile.k === undefined ? ['i32', 'i32', 'i32', 'i32'] : ['i32', 'i32', 'i32'], [], (code) =>
      emitTile(code, tile),
    ),
  );
}

/**
 * The product of `rows` rows of A and the columns of one tile. The order of every sum is k = 0, 1, …; each element
 * has one accumulator, so that tiles of any size give the same bits.
 */
function emitTile(code: Code, tile: Tile): void {
  const { fma, rows, unit } = tile;
  const e = elements[tile.dtype];
  const [a, b, c] = [code.param(0), code.param(1), code.param(2)];
  const vectors = tile.b.units.flatMap((at) => (unit === 2 ? [at, at + 16] : [at]));
  // Offsets are unsigned: a negative stride starts from the other end.
  const aLow = Math.min(0, (rows - 1) * tile.a.row);
  if (aLow !== 0) code.increment(a, aLow);
  const cLow = Math.min(0, (rows - 1) * tile.c.row);
  if (cLow !== 0) code.increment(c, cLow);
  const sums = Array.from({ length: rows }, () => vectors.map(() => code.local('v128')));
  const bs = vectors.map(() => code.local('v128'));
  const splat = code.local('v128');
  const update = (first: boolean, bAt: number, aAt: number): void => {
    vectors.forEach((at, j) => {
      code.get(b);
      code.mem('v128.load', at + bAt);
      code.set(bs[j]);
    });
    for (let i = 0; i < rows; i++) {
      code.get(a);
      code.mem(e.splat, i * tile.a.row - aLow + aAt);
      code.set(splat);
      for (let j = 0; j < vectors.length; j++) {
        if (!first && !fma) code.get(sums[i][j]);
        code.get(splat);
        code.get(bs[j]);
        if (first) code.op(e.mul);
        else if (fma) {
          code.get(sums[i][j]);
          code.op(e.madd);
        } else {
          code.op(e.mul);
          code.op(e.add);
        }
        code.set(sums[i][j]);
      }
    }
  };
  const next = (): void => {
    if (tile.a.k !== 0) code.increment(a, tile.a.k);
    if (tile.b.k !== 0) code.increment(b, tile.b.k);
  };
  if (tile.k !== undefined && tile.k <= unrolled) {
    for (let k = 0; k < tile.k; k++) {
      update(k === 0, 0, 0);
      if (k + 1 < tile.k) next();
    }
  } else {
    // The accumulators are locals that start as zero.
    const left = tile.k === undefined ? code.param(3) : code.local('i32');
    if (tile.k !== undefined) {
      code.i32(tile.k);
      code.set(left);
    }
    code.loop((again) => {
      update(false, 0, 0);
      next();
      code.get(left);
      code.i32(-1);
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
    places.forEach(({ base, at }, j) => {
      const lanes = j === places.length - 1 ? tile.lanes : e.lanes;
      if (lanes === e.lanes) {
        code.get(base);
        code.get(sums[i][j]);
        code.mem('v128.store', row + at);
      } else storeLanes(code, e, base, row + at, sums[i][j], lanes);
    });
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
