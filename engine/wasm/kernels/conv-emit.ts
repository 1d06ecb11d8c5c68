// What the convolution kernels are written with: loops of run-time length, and moves of rows.

import type { FloatDType } from '../../ir/aval.ts';
import type { Code, FunctionRef, Local, Module } from '../assembler.ts';
import { shared } from '../shared.ts';
import type { Term } from './addresses.ts';
import { push } from './addresses.ts';
import type { Unpacking } from './floats.ts';
import { elements, interleave } from './floats.ts';

/** Sets `to` to the smaller of it and `bound`. */
export function atMost(code: Code, to: Local, bound: () => void): void {
  code.get(to);
  bound();
  code.get(to);
  bound();
  code.op('i32.lt_s');
  code.op('select');
  code.set(to);
}

/** Runs `body` for i = from, from + step, … below `to`; locals that a body makes are its own to release. */
export function range(code: Code, from: () => void, to: () => void, step: number, body: (i: Local) => void): void {
  const i = code.local('i32');
  const end = code.local('i32');
  from();
  code.set(i);
  to();
  code.set(end);
  code.block((done) => {
    code.get(i);
    code.get(end);
    code.op('i32.ge_s');
    code.brIf(done);
    code.loop((again) => {
      body(i);
      code.get(i);
      code.i32(step);
      code.op('i32.add');
      code.tee(i);
      code.get(end);
      code.op('i32.lt_s');
      code.brIf(again);
    });
  });
  code.release(end);
  code.release(i);
}

/** Runs `body` for i = 0, …, n − 1; once, with null, where n is 1. */
export function times(code: Code, n: number, body: (i: Local | null) => void): void {
  if (n === 1) return body(null);
  const i = code.local('i32');
  code.count(i, 0, n, 1, () => body(i));
  code.release(i);
}

/** Loops over a box; `body` gets the terms Σ index · step. Several steps an axis give several sums. */
export function nest(
  code: Code,
  counts: readonly number[],
  steps: readonly (readonly number[])[],
  body: (offsets: readonly (readonly Term[])[]) => void,
): void {
  const at = (d: number, terms: readonly (readonly Term[])[]): void => {
    if (d === counts.length) return body(terms);
    times(code, counts[d], (i) =>
      at(d + 1, i === null ? terms : terms.map((list, s) => [...list, [i, steps[s][d]] as const])),
    );
  };
  at(
    0,
    steps.map(() => []),
  );
}

/** While the count is at least `unit`: `body`, then advance. */
function strips(code: Code, count: Local, unit: number, body: () => void): void {
  code.block((done) => {
    code.loop((again) => {
      code.get(count);
      code.i32(unit);
      code.op('i32.lt_s');
      code.brIf(done);
      body();
      code.increment(count, -unit);
      code.br(again);
    });
  });
}

/** (to, from, step, n) → (): n elements that lie `step` bytes apart, to neighbours. */
export function copyRow(module: Module, dtype: FloatDType): FunctionRef {
  return shared(module, `conv copy ${dtype}`, () =>
    module.function(['i32', 'i32', 'i32', 'i32'], [], (code) => {
      const { bytes, lanes, load, store } = elements[dtype];
      const [to, from, step, n] = [0, 1, 2, 3].map((i) => code.param(i));
      const vectors = (count: number): void => {
        strips(code, n, count * lanes, () => {
          const held = Array.from({ length: count }, (_, v) => {
            const local = code.local('v128');
            code.get(from);
            code.mem('v128.load', 16 * v);
            code.set(local);
            return local;
          });
          for (let v = count - 1; v >= 0; v--) {
            code.get(to);
            code.get(held[v]);
            code.mem('v128.store', 16 * v);
          }
          for (const local of held) code.release(local);
          code.increment(to, 16 * count);
          code.increment(from, 16 * count);
        });
      };
      code.get(step);
      code.i32(bytes);
      code.op('i32.eq');
      code.if(() => {
        vectors(4);
        vectors(1);
      });
      if (bytes === 4) {
        code.get(step);
        code.i32(8);
        code.op('i32.eq');
        code.if(() => {
          // Four of every other element; the eighth of those read exists only where a fifth follows.
          const more = code.local('i32');
          push(code, -1, n);
          code.set(more);
          strips(code, more, 4, () => {
            code.get(to);
            for (const at of [0, 16]) {
              code.get(from);
              code.mem('v128.load', at);
            }
            code.shuffle([0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27]);
            code.mem('v128.store');
            code.increment(to, 16);
            code.increment(from, 32);
          });
          push(code, 1, more);
          code.set(n);
        });
      }
      strips(code, n, 1, () => {
        code.get(to);
        code.get(from);
        code.mem(load);
        code.mem(store);
        code.increment(to, bytes);
        push(code, 0, from, step);
        code.set(from);
      });
    }),
  );
}

/**
 * (from, fromRow, to, toColumn, toStep, rows, columns) → (): element (i, j), columns being neighbours, goes from
 * from + i fromRow to to + j toColumn + i toStep.
 */
export function transpose(module: Module, dtype: FloatDType): FunctionRef {
  return shared(module, `conv transpose ${dtype}`, () =>
    module.function(
      Array.from({ length: 7 }, () => 'i32' as const),
      [],
      (code) => {
        const { bytes, lanes, load, store } = elements[dtype];
        const [from, fromRow, to, toColumn, toStep, rows, columns] = [0, 1, 2, 3, 4, 5, 6].map((i) => code.param(i));
        const [i, j, p, q] = [0, 1, 2, 3].map(() => code.local('i32'));
        /** Runs body with i = 0, lanes, …, the last one moved back so that it ends where `count` does. */
        const overlapping = (i: Local, count: Local, body: () => void): void => {
          code.i32(0);
          code.set(i);
          code.loop((again) => {
            atMost(code, i, () => push(code, -lanes, count));
            body();
            push(code, lanes, i);
            code.tee(i);
            code.get(count);
            code.op('i32.lt_s');
            code.brIf(again);
          });
        };
        const product = (a: Local, b: Local): void => {
          code.get(a);
          code.get(b);
          code.op('i32.mul');
          code.op('i32.add');
        };
        code.get(toStep);
        code.i32(bytes);
        code.op('i32.eq');
        for (const count of [rows, columns]) {
          code.get(count);
          code.i32(lanes);
          code.op('i32.ge_s');
          code.op('i32.and');
        }
        code.if(() => {
          overlapping(j, columns, () =>
            overlapping(i, rows, () => {
              push(code, 0, from, [j, bytes]);
              product(i, fromRow);
              code.set(p);
              push(code, 0, to, [i, bytes]);
              product(j, toColumn);
              code.set(q);
              square(code, dtype, p, fromRow, q, toColumn);
            }),
          );
          code.op('return');
        });
        strips(code, columns, 1, () => {
          code.get(from);
          code.set(p);
          code.get(to);
          code.set(q);
          code.get(rows);
          code.set(i);
          strips(code, i, 1, () => {
            code.get(q);
            code.get(p);
            code.mem(load);
            code.mem(store);
            push(code, 0, p, fromRow);
            code.set(p);
            push(code, 0, q, toStep);
            code.set(q);
          });
          code.increment(from, bytes);
          push(code, 0, to, toColumn);
          code.set(to);
        });
      },
    ),
  );
}

/** Transposes a square of `lanes` rows, held in vectors. */
function square(code: Code, dtype: FloatDType, from: Local, fromRow: Local, to: Local, toColumn: Local): void {
  const { lanes } = elements[dtype];
  const rows = Array.from({ length: lanes }, (_, i) => {
    const row = code.local('v128');
    push(code, 0, from, [fromRow, i]);
    code.mem('v128.load');
    code.set(row);
    return row;
  });
  const mix = (a: Local, b: Local, how: Unpacking): Local => {
    const mixed = code.local('v128');
    interleave(code, a, b, how);
    code.set(mixed);
    return mixed;
  };
  let columns: Local[];
  if (lanes === 2) columns = [mix(rows[0], rows[1], 'low64'), mix(rows[0], rows[1], 'high64')];
  else {
    const first = [mix(rows[0], rows[1], 'low32'), mix(rows[2], rows[3], 'low32')];
    const second = [mix(rows[0], rows[1], 'high32'), mix(rows[2], rows[3], 'high32')];
    columns = [first, second].flatMap(([a, b]) => [mix(a, b, 'low64'), mix(a, b, 'high64')]);
    for (const local of [...first, ...second]) code.release(local);
  }
  columns.forEach((column, j) => {
    push(code, 0, to, [toColumn, j]);
    code.get(column);
    code.mem('v128.store');
  });
  for (const local of [...rows, ...columns]) code.release(local);
}

/** (from, n) → i32: 1 where n elements, a multiple of a vector's, are all finite. */
export function allFinite(module: Module, dtype: FloatDType): FunctionRef {
  return shared(module, `conv finite ${dtype}`, () =>
    module.function(['i32', 'i32'], ['i32'], (code) => {
      const { lanes, type } = elements[dtype];
      const [from, n] = [code.param(0), code.param(1)];
      const [held, infinity] = [code.local('v128'), code.local('v128')];
      if (type === 'f32') code.f32(Infinity);
      else code.f64(Infinity);
      code.op(type === 'f32' ? 'f32x4.splat' : 'f64x2.splat');
      code.set(infinity);
      code.i32(-1);
      code.op('i32x4.splat');
      code.set(held);
      strips(code, n, lanes, () => {
        code.get(held);
        code.get(from);
        code.mem('v128.load');
        code.op(type === 'f32' ? 'f32x4.abs' : 'f64x2.abs');
        code.get(infinity);
        code.op(type === 'f32' ? 'f32x4.lt' : 'f64x2.lt');
        code.op('v128.and');
        code.set(held);
        code.increment(from, 16);
      });
      code.get(held);
      code.op('i32x4.all_true');
    }),
  );
}
