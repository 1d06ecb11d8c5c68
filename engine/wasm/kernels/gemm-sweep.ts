// A few rows of a matrix, each times a number, added to one row: a vector times a matrix that streams from memory.

import type { FloatDType } from '../../ir/aval.ts';
import type { Code, FunctionRef, Module } from '../assembler.ts';
import { shared } from '../shared.ts';
import { elements, multiplyAdd } from './floats.ts';

export interface Sweep {
  readonly dtype: FloatDType;
  readonly fma: boolean;
  /** v128s that are fused. */
  readonly unit: 1 | 2;
  readonly rows: number;
  /** Bytes from one element of the vector to the next, and from one row of the matrix to the next. */
  readonly a: number;
  readonly b: number;
  /** Whether C is added to, or only written. */
  readonly add: boolean;
}

/** A function (a, b, c, steps) → () over steps of two units of columns. */
export function sweepFunction(module: Module, sweep: Sweep): FunctionRef {
  return shared(module, { sweep }, () =>
    module.function(['i32', 'i32', 'i32', 'i32'], [], (code) => emitSweep(code, sweep)),
  );
}

function emitSweep(code: Code, sweep: Sweep): void {
  const { rows, fma } = sweep;
  const e = elements[sweep.dtype];
  const [a, b, c, steps] = [code.param(0), code.param(1), code.param(2), code.param(3)];
  const low = (stride: number): number => Math.min(0, (rows - 1) * stride);
  if (low(sweep.a) !== 0) code.increment(a, low(sweep.a));
  if (low(sweep.b) !== 0) code.increment(b, low(sweep.b));
  const sums = Array.from({ length: 2 * sweep.unit }, () => code.local('v128'));
  const splat = code.local('v128');
  code.loop((again) => {
    if (sweep.add) {
      sums.forEach((sum, j) => {
        code.get(c);
        code.mem('v128.load', 16 * j);
        code.set(sum);
      });
    }
    for (let i = 0; i < rows; i++) {
      const first = i === 0 && !sweep.add;
      code.get(a);
      code.mem(e.splat, i * sweep.a - low(sweep.a));
      code.set(splat);
      sums.forEach((sum, j) => {
        const ofB = (): void => {
          code.get(b);
          code.mem('v128.load', i * sweep.b - low(sweep.b) + 16 * j);
        };
        multiplyAdd(code, e, fma, sum, splat, ofB, first);
      });
    }
    // The upper of two vectors first, as in the micro-kernels.
    for (let j = sums.length - 1; j >= 0; j--) {
      code.get(c);
      code.get(sums[j]);
      code.mem('v128.store', 16 * j);
    }
    code.increment(b, 16 * sums.length);
    code.increment(c, 16 * sums.length);
    code.get(steps);
    code.i32(-1);
    code.op('i32.add');
    code.tee(steps);
    code.brIf(again);
  });
}
