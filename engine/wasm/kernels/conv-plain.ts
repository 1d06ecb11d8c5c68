// Convolution as its definition says it: a loop over outputs, taps and channels, for what the fast ways leave over.

import type { FunctionRef, Local, Module } from '../assembler.ts';
import type { Term } from './addresses.ts';
import { push, sum } from './addresses.ts';
import { range, times } from './conv-emit.ts';
import type { Geometry } from './conv-geometry.ts';
import { elements } from './floats.ts';

/**
 * (x, weight, out, images from, to, groups from, to, features from, to, places of the first axis from, to) → (): that
 * box of the output, features being those of one group. It sums in float64 and leaves the padding out, as the
 * interpreter does.
 */
export function plainFunction(module: Module, g: Geometry): FunctionRef {
  const { load, store } = elements[g.dtype];
  const single = g.item === 4;
  return module.function(
    Array.from({ length: 11 }, () => 'i32' as const),
    [],
    (code) => {
      const [x, w, out, ...bounds] = Array.from({ length: 11 }, (_, i) => code.param(i));
      const total = code.local('f64');
      const over = (d: number, body: (i: Local) => void): void =>
        range(
          code,
          () => code.get(bounds[2 * d]),
          () => code.get(bounds[2 * d + 1]),
          1,
          body,
        );
      const term = (i: Local | null, by: number): Term[] => (i === null ? [] : [[i, by]]);
      const load64 = (base: Local, c: Local | null, step: number): void => {
        push(code, 0, base, ...term(c, step));
        code.mem(load);
        if (single) code.op('f64.promote_f32');
      };
      const channels = (xs: readonly Term[], ws: readonly Term[]): void => {
        const [from, weight] = [sum(code, 0, ...xs), sum(code, 0, ...ws)];
        times(code, g.channels, (c) => {
          code.get(total);
          load64(from, c, g.x.channel);
          load64(weight, c, g.w.channel);
          code.op('f64.mul');
          code.op('f64.add');
          code.set(total);
        });
        code.release(from);
        code.release(weight);
      };
      const taps = (d: number, q: readonly (Local | null)[], xs: readonly Term[], ws: readonly Term[]): void => {
        if (d === g.axes.length) return channels(xs, ws);
        const { kernel, stride, rhs, low, lhs, size, xStride, wStride } = g.axes[d];
        times(code, kernel, (k) => {
          const at = sum(code, -low, ...term(q[d], stride), ...term(k, rhs));
          const inside = (): void => {
            code.get(at);
            code.i32(size);
            code.op('i32.lt_u');
            code.if(() => taps(d + 1, q, [...xs, [at, xStride]], [...ws, ...term(k, wStride)]));
          };
          if (lhs === 1) inside();
          else {
            code.get(at);
            code.i32(lhs);
            code.op('i32.rem_s');
            code.op('i32.eqz');
            code.if(() => {
              code.get(at);
              code.i32(lhs);
              code.op('i32.div_s');
              code.set(at);
              inside();
            });
          }
          code.release(at);
        });
      };
      const places = (q: readonly (Local | null)[], body: (q: readonly (Local | null)[]) => void): void => {
        const d = q.length;
        if (d === g.axes.length) body(q);
        else if (d === 0) over(3, (i) => places([i], body));
        else times(code, g.axes[d].out, (i) => places([...q, i], body));
      };
      over(0, (n) =>
        over(1, (group) =>
          over(2, (o) =>
            places([], (q) => {
              code.f64(0);
              code.set(total);
              taps(
                0,
                q,
                [x, [n, g.x.image], [group, g.channels * g.x.channel]],
                [w, [group, g.features * g.w.feature], [o, g.w.feature]],
              );
              push(
                code,
                0,
                out,
                [n, g.out.image],
                [group, g.features * g.out.feature],
                [o, g.out.feature],
                ...q.flatMap((i, d) => term(i, g.axes[d].outStride)),
              );
              code.get(total);
              if (single) code.op('f32.demote_f64');
              code.mem(store);
            }),
          ),
        ),
      );
    },
  );
}
