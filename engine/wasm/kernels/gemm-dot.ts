// Products of contiguous rows and one contiguous vector: matrix times vector where k is the contiguous axis.

import type { FloatDType } from '../../ir/aval.ts';
import type { Code, FunctionRef, Local, Module } from '../assembler.ts';
import { shared } from '../shared.ts';
import type { Elements } from './floats.ts';
import { elements, interleave, multiplyAdd } from './floats.ts';
import { storeLanes } from './gemm-tile.ts';

/** Rows of one call of the kernel. */
export const dotRows = 4;
/** Bytes of scratch that a kernel uses. */
export const dotScratch = 128;

export interface Dots {
  readonly dtype: FloatDType;
  readonly fma: boolean;
  readonly wide: boolean;
  readonly rows: number;
  readonly k: number;
  /** Bytes from one row to the next, and from one result to the next. */
  readonly stride: number;
  readonly out: number;
  readonly accumulate: boolean;
}

/** A function (rows, vector, results, scratch) → (). */
export function dotFunction(module: Module, dots: Dots): FunctionRef {
  return shared(module, { dots }, () =>
    module.function(['i32', 'i32', 'i32', 'i32'], [], (code) => emitDots(code, dots)),
  );
}

/**
 * Each row has `partial` sums of v128s, eight in all (sixteen where they are fused in pairs), so that no addition waits
 * for the one before it. They are added in pairs; what is left of k goes on top, and then the lanes are added.
 */
function emitDots(code: Code, dots: Dots): void {
  const { fma, k } = dots;
  const e = elements[dots.dtype];
  const [x, y, out, scratch] = [code.param(0), code.param(1), code.param(2), code.param(3)];
  const unit = dots.wide ? 2 : 1;
  const low = Math.min(0, (dots.rows - 1) * dots.stride);
  if (low !== 0) code.increment(x, low);
  const at = (row: number): number => row * dots.stride - low;
  const step = (vectors: number): number => vectors * e.lanes;
  let partial = unit * (dots.rows === 1 ? 8 : dots.rows === 2 ? 4 : 2);
  while (partial > unit && step(partial) > k) partial /= 2;
  const rounds = Math.floor(k / step(partial));
  const left = k - rounds * step(partial);
  const whole = Math.floor(left / e.lanes);
  const rest = left % e.lanes;

  const rows = Array.from({ length: dots.rows }, (_, i) => i);
  const sums = rows.map(() => Array.from({ length: rounds === 0 ? 1 : partial }, () => code.local('v128')));
  const [p, q] = [code.local('v128'), code.local('v128')];
  if (rounds > 0) {
    const ys = Array.from({ length: partial }, () => code.local('v128'));
    const counter = code.local('i32');
    code.count(counter, 0, rounds, 1, () => {
      ys.forEach((vector, j) => {
        code.get(y);
        code.mem('v128.load', 16 * j);
        code.set(vector);
      });
      for (const i of rows) {
        sums[i].forEach((sum, j) => {
          code.get(x);
          code.mem('v128.load', at(i) + 16 * j);
          code.set(p);
          multiplyAdd(code, e, fma, sum, p, ys[j], false);
        });
      }
      code.increment(x, 16 * partial);
      code.increment(y, 16 * partial);
    });
    for (const sum of sums) halve(code, e, sum, unit);
    // Fused sums come apart through memory; of two vectors the upper is stored first, as in the micro-kernels.
    if (dots.wide) {
      for (const i of rows) {
        for (const j of [1, 0]) {
          code.get(scratch);
          code.get(sums[i][j]);
          code.mem('v128.store', 32 * i + 16 * j);
        }
      }
      for (const i of rows) {
        sums[i].forEach((sum, j) => {
          code.get(scratch);
          code.mem('v128.load', 32 * i + 16 * j);
          code.set(sum);
        });
      }
    }
  }
  for (let j = 0; j < whole; j++) {
    code.get(y);
    code.mem('v128.load', 16 * j);
    code.set(q);
    for (const i of rows) {
      code.get(x);
      code.mem('v128.load', at(i) + 16 * j);
      code.set(p);
      multiplyAdd(code, e, fma, sums[i][j % sums[i].length], p, q, rounds === 0 && j === 0);
    }
  }
  if (rest > 0) {
    // Loads end where the operands end: what is beyond them may be NaN, and zero times NaN is not zero.
    for (const i of rows) {
      loadFirst(code, e, x, at(i) + 16 * whole, rest);
      code.set(p);
      loadFirst(code, e, y, 16 * whole, rest);
      code.set(q);
      multiplyAdd(code, e, fma, sums[i][whole % sums[i].length], p, q, rounds === 0 && whole === 0);
    }
  }
  for (const sum of sums) halve(code, e, sum, 1);
  const totals = sums.map((row) => row[0]);
  for (let i = 0; i < dots.rows; i += e.lanes) {
    const lanes = Math.min(e.lanes, dots.rows - i);
    addLanes(
      code,
      e,
      Array.from({ length: e.lanes }, (_, j) => totals[Math.min(i + j, dots.rows - 1)]),
      p,
      q,
    );
    storeResults(code, e, out, dots.out, i, lanes, dots.accumulate, p);
  }
}

/** Adds the upper half of the sums to the lower, down to `left` of them. */
function halve(code: Code, e: Elements, sums: Local[], left: number): void {
  while (sums.length > left) {
    const half = sums.length / 2;
    for (let j = 0; j < half; j++) {
      code.get(sums[j]);
      code.get(sums[j + half]);
      code.op(e.add);
      code.set(sums[j]);
    }
    sums.length = half;
  }
}

/** The first elements of a vector, less than all of them; the other lanes are zero. */
function loadFirst(code: Code, e: Elements, base: Local, at: number, count: number): void {
  code.get(base);
  if (e.bytes === 8) return code.mem('v128.load64_zero', at);
  if (count === 1) return code.mem('v128.load32_zero', at);
  if (count === 2) return code.mem('v128.load64_zero', at);
  code.get(base);
  code.mem('v128.load64_zero', at);
  code.memLane('v128.load32_lane', at + 8, 2);
}

/** In `p` the sum of the lanes of each vector. */
function addLanes(code: Code, e: Elements, vectors: readonly Local[], p: Local, q: Local): void {
  const pairs = (x: Local, y: Local, low: 'low32' | 'low64', high: 'high32' | 'high64', to: Local): void => {
    interleave(code, x, y, low);
    interleave(code, x, y, high);
    code.op(e.add);
    code.set(to);
  };
  if (e.lanes === 2) return pairs(vectors[0], vectors[1], 'low64', 'high64', p);
  pairs(vectors[0], vectors[1], 'low32', 'high32', p);
  pairs(vectors[2], vectors[3], 'low32', 'high32', q);
  pairs(p, q, 'low64', 'high64', p);
}

function storeResults(
  code: Code,
  e: Elements,
  out: Local,
  stride: number,
  first: number,
  lanes: number,
  accumulate: boolean,
  from: Local,
): void {
  // A result's offset is unsigned; a stride may be negative.
  if (stride === e.bytes) {
    if (accumulate) {
      code.get(out);
      code.mem('v128.load', first * stride);
      code.get(from);
      code.op(e.add);
      code.set(from);
    }
    if (lanes < e.lanes) return storeLanes(code, e, out, first * stride, from, lanes);
    code.get(out);
    code.get(from);
    code.mem('v128.store', first * stride);
    return;
  }
  const place = code.local('i32');
  for (let lane = 0; lane < lanes; lane++) {
    code.get(out);
    code.i32((first + lane) * stride);
    code.op('i32.add');
    code.tee(place);
    if (accumulate) {
      code.get(place);
      code.mem(e.load);
    }
    code.get(from);
    code.lane(e.bytes === 4 ? 'f32x4.extract_lane' : 'f64x2.extract_lane', lane);
    if (accumulate) code.op(e.scalarAdd);
    code.mem(e.store);
  }
  code.release(place);
}
