// Copies pieces of a matrix into the order in which the micro-kernels of matrix multiplication read them.

import type { FloatDType } from '../../ir/aval.ts';
import type { Code, FunctionRef, Local, Module } from '../assembler.ts';
import { shared } from '../shared.ts';
import type { Unpacking } from './floats.ts';
import { elements, interleave } from './floats.ts';

/** How one panel is read: `vectors` or `elements` lie at fixed offsets for each k, or k itself is contiguous. */
export type Panel =
  /** The v128s at `offsets`, then the same `step` further. */
  | { readonly kind: 'vectors'; readonly offsets: readonly number[]; readonly step: number }
  /** The elements at `offsets`, then the same `step` further. */
  | { readonly kind: 'elements'; readonly offsets: readonly number[]; readonly step: number }
  /** Each offset starts a line that is contiguous in k; as many lines as fill v128s. */
  | { readonly kind: 'lines'; readonly offsets: readonly number[] };

/** Runs `body` while the counter, at least 1 to begin with, is not 0. */
function countDown(code: Code, counter: Local, body: () => void): void {
  code.loop((again) => {
    body();
    code.get(counter);
    code.i32(-1);
    code.op('i32.add');
    code.tee(counter);
    code.brIf(again);
  });
}

/**
 * A function (from, to, k) → () that writes `width` bytes for each of k ≥ 1 steps. `vectors` writes whole v128s, the last
 * of which may reach into the next step, and `lines` writes steps up to a multiple of the lanes: what is beyond
 * the panel is written before it is filled, or is padding.
 */
export function panelFunction(module: Module, dtype: FloatDType, panel: Panel, width: number): FunctionRef {
  return shared(module, { panel, dtype, width }, () =>
    module.function(['i32', 'i32', 'i32'], [], (code) => {
      const e = elements[dtype];
      const [from, to, k] = [code.param(0), code.param(1), code.param(2)];
      const low = Math.min(...panel.offsets);
      const offsets = panel.offsets.map((at) => at - low);
      if (low !== 0) code.increment(from, low);
      if (panel.kind === 'lines') {
        code.get(k);
        code.i32(e.lanes - 1);
        code.op('i32.add');
        code.i32(Math.log2(e.lanes));
        code.op('i32.shr_u');
        code.set(k);
        countDown(code, k, () => {
          transpose(code, dtype, from, offsets, to, width);
          code.increment(from, 16);
          code.increment(to, e.lanes * width);
        });
        return;
      }
      countDown(code, k, () => {
        // Of two vectors the upper is stored first, as in the micro-kernels.
        for (let i = offsets.length - 1; i >= 0; i--) {
          code.get(to);
          code.get(from);
          if (panel.kind === 'vectors') {
            code.mem('v128.load', offsets[i]);
            code.mem('v128.store', 16 * i);
          } else {
            code.mem(e.load, offsets[i]);
            code.mem(e.store, e.bytes * i);
          }
        }
        if (panel.step !== 0) code.increment(from, panel.step);
        code.increment(to, width);
      });
    }),
  );
}

/**
 * A function (from, to, k, tiles) → () that packs panels of whole v128s side by side: row after row, so that what is read
 * is one stretch of memory, and pages are few. From one panel to the next it is `across` bytes in B and `pitch` packed.
 */
export function panelsFunction(
  module: Module,
  panel: Pick<Extract<Panel, { kind: 'vectors' }>, 'offsets' | 'step'>,
  width: number,
  across: number,
  pitch: number,
): FunctionRef {
  return shared(module, { panels: panel, width, across, pitch }, () =>
    module.function(['i32', 'i32', 'i32', 'i32'], [], (code) => {
      const [from, to, k, tiles] = [code.param(0), code.param(1), code.param(2), code.param(3)];
      const low = Math.min(...panel.offsets);
      if (low !== 0) code.increment(from, low);
      const x = code.local('i32');
      const y = code.local('i32');
      const left = code.local('i32');
      countDown(code, k, () => {
        code.get(from);
        code.set(x);
        code.get(to);
        code.set(y);
        code.get(tiles);
        code.set(left);
        countDown(code, left, () => {
          for (let i = panel.offsets.length - 1; i >= 0; i--) {
            code.get(y);
            code.get(x);
            code.mem('v128.load', panel.offsets[i] - low);
            code.mem('v128.store', 16 * i);
          }
          code.increment(x, across);
          code.increment(y, pitch);
        });
        code.increment(from, panel.step);
        code.increment(to, width);
      });
    }),
  );
}

/** Reads a v128 of each line and writes them as `lanes` steps. */
function transpose(code: Code, dtype: FloatDType, from: Local, offsets: readonly number[], to: Local, width: number) {
  const { lanes } = elements[dtype];
  const x = offsets.slice(0, lanes).map(() => code.local('v128'));
  const y = x.map(() => code.local('v128'));
  for (let group = 0; group < offsets.length; group += lanes) {
    x.forEach((vector, i) => {
      code.get(from);
      code.mem('v128.load', offsets[group + i]);
      code.set(vector);
    });
    const out = (step: number, p: Local, q: Local, how: Unpacking): void => {
      code.get(to);
      interleave(code, p, q, how);
      code.mem('v128.store', step * width + 16 * (group / lanes));
    };
    if (lanes === 2) {
      out(0, x[0], x[1], 'low64');
      out(1, x[0], x[1], 'high64');
      continue;
    }
    (['low32', 'low32', 'high32', 'high32'] as const).forEach((how, i) => {
      interleave(code, x[2 * (i % 2)], x[2 * (i % 2) + 1], how);
      code.set(y[i]);
    });
    out(0, y[0], y[1], 'low64');
    out(1, y[0], y[1], 'high64');
    out(2, y[2], y[3], 'low64');
    out(3, y[2], y[3], 'high64');
  }
}

/**
 * A function (from, to, rows, bytes) → () that copies rows `stride` bytes apart to rows `pitch` bytes apart. It reads
 * and writes up to a multiple of 64 bytes of each row.
 */
export function rowsFunction(module: Module, stride: number, pitch: number): FunctionRef {
  return shared(module, { stride, pitch }, () =>
    module.function(['i32', 'i32', 'i32', 'i32'], [], (code) => {
      const [from, to, rows, bytes] = [code.param(0), code.param(1), code.param(2), code.param(3)];
      const x = code.local('i32');
      const y = code.local('i32');
      const end = code.local('i32');
      countDown(code, rows, () => {
        code.get(from);
        code.tee(x);
        code.get(bytes);
        code.op('i32.add');
        code.set(end);
        code.get(to);
        code.set(y);
        code.loop((again) => {
          for (const at of [16, 0, 48, 32]) {
            code.get(y);
            code.get(x);
            code.mem('v128.load', at);
            code.mem('v128.store', at);
          }
          code.increment(y, 64);
          code.increment(x, 64);
          code.get(x);
          code.get(end);
          code.op('i32.lt_u');
          code.brIf(again);
        });
        code.increment(from, stride);
        code.increment(to, pitch);
      });
    }),
  );
}

/**
 * A function (from, to, rows, columns) → () that moves a block of C held in rows of `pitch` bytes to where its
 * elements belong, one by one.
 */
export function scatterFunction(
  module: Module,
  dtype: FloatDType,
  pitch: number,
  c: { readonly row: number; readonly col: number },
  accumulate: boolean,
): FunctionRef {
  return shared(module, { scatter: c, dtype, pitch, accumulate }, () =>
    module.function(['i32', 'i32', 'i32', 'i32'], [], (code) => {
      const e = elements[dtype];
      const [from, to, rows, columns] = [code.param(0), code.param(1), code.param(2), code.param(3)];
      const x = code.local('i32');
      const y = code.local('i32');
      const left = code.local('i32');
      countDown(code, rows, () => {
        code.get(from);
        code.set(x);
        code.get(to);
        code.set(y);
        code.get(columns);
        code.set(left);
        countDown(code, left, () => {
          code.get(y);
          code.get(x);
          code.mem(e.load);
          if (accumulate) {
            code.get(y);
            code.mem(e.load);
            code.op(e.scalarAdd);
          }
          code.mem(e.store);
          code.increment(x, e.bytes);
          code.increment(y, c.col);
        });
        code.increment(from, pitch);
        code.increment(to, c.row);
      });
    }),
  );
}
