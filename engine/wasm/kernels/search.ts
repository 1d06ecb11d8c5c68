// Where the largest or smallest element along an axis is, of all of them or of those up to each.

import type { DType } from '../../ir/aval.ts';
import { isFloat } from '../../ir/aval.ts';
import type { Kernel, KernelContext, KernelSite } from '../kernel.ts';
import { columnsOf } from './scan.ts';
import type { Element, Expr, Variable, Writer } from './writer.ts';
import { around, contiguous, elementOf, kernelOf, pieceOf, piecesOf } from './writer.ts';

export interface ArgExtremumRequest {
  readonly kind: 'argextremum';
  readonly axis: number;
  readonly larger: boolean;
  /**
   * For every element the latest index up to it that attains the extremum so far, the latest NaN once there is one; else
   * for each line the first index that attains it, the first NaN if there is one.
   */
  readonly running: boolean;
}

/** An element type with its comparisons in the direction of the search. */
interface Ordered extends Element {
  readonly dtype: DType;
  readonly larger: boolean;
}

const blockBytes = 4096;

export function argExtremumKernel(context: KernelContext, request: ArgExtremumRequest, site: KernelSite): Kernel {
  const x = contiguous(site.inputs[0]);
  const { outer, n, inner } = around(x.shape, request.axis);
  const element: Ordered = { ...elementOf(x.dtype), dtype: x.dtype, larger: request.larger };
  const { bytes, lanes } = element;
  const { running } = request;
  // Many lines at once, on vectors: bytes have no lanes to hold an index.
  const across = bytes > 1 && inner >= lanes;
  const units = Math.ceil(inner / 16);
  const byBlock = !across || outer >= 8 || units < 2;
  const items = !across ? outer * inner : byBlock ? outer : units;
  const work = outer * n * inner * (across ? 0.7 : inner === 1 && !running ? 0.2 : 2);
  const chunks = piecesOf(items, work);
  const each = across ? inner * 2 * bytes : 8 * 16;
  return kernelOf(
    context,
    site,
    { chunks, scratchBytes: chunks * each },
    (w, { inputs: [from], outputs: [to], scratch, chunk }) => {
      if (outer * n * inner === 0) return;
      const piece = pieceOf(w, chunk, items, chunks);
      const own = w.variable('i32', w.add(scratch, w.times(chunk, each)));
      const line = (start: Expr, out: Expr): void => {
        if (running) scanLine(w, element, n, inner, start, out);
        else if (inner === 1 && n * bytes >= 128) w.store('i64.store', out, longLine(w, element, n, start, own));
        else w.store('i64.store', out, shortLine(w, element, n, inner, start));
      };
      if (!across) {
        const i = w.variable('i32');
        const [start, out] = [w.variable('i32'), w.variable('i32')];
        w.range(i, piece.from, piece.to, 1, () => {
          const block = inner === 1 ? i : w.op('i32.div_u', i, w.i32(inner));
          const at = inner === 1 ? w.times(i, n) : w.add(w.times(block, n * inner), w.op('i32.rem_u', i, w.i32(inner)));
          start.set(w.add(from, w.times(at, bytes)));
          out.set(w.add(to, w.times(running ? at : i, 8)));
          line(start, out);
        });
        return;
      }
      const block = w.variable('i32');
      const over = byBlock ? piece : { from: w.i32(0), to: w.i32(outer) };
      const columns = byBlock
        ? { from: w.variable('i32', w.i32(0)), to: w.variable('i32', w.i32(inner)) }
        : columnsOf(w, piece, inner);
      const whole = w.variable(
        'i32',
        w.op('i32.sub', columns.to, w.op('i32.rem_u', w.op('i32.sub', columns.to, columns.from), w.i32(lanes))),
      );
      w.range(block, over.from, over.to, 1, () => {
        const start = w.variable('i32', w.add(from, w.times(block, n * inner * bytes)));
        const out = w.variable('i32', w.add(to, w.times(block, (running ? n : 1) * inner * 8)));
        manyLines(w, element, n, inner, running, start, out, own, columns.from, whole);
        const c = w.variable('i32');
        w.range(c, whole, columns.to, 1, () => {
          const [s, o] = [
            w.variable('i32', w.add(start, w.times(c, bytes))),
            w.variable('i32', w.add(out, w.times(c, 8))),
          ];
          line(s, o);
        });
      });
    },
  );
}

/** Whether `next` lies beyond `old`, or is as far. */
function beyond(w: Writer, { dtype, type, larger }: Ordered, next: Expr, old: Expr, orEqual = false): Expr {
  const verb = `${larger ? 'g' : 'l'}${orEqual ? 'e' : 't'}` as const;
  switch (type) {
    case 'f32':
      return w.op(`f32.${verb}`, next, old);
    case 'f64':
      return w.op(`f64.${verb}`, next, old);
    case 'i64':
      return w.op(`i64.${verb}_s`, next, old);
    case 'i32':
      return w.op(dtype === 'int32' ? `i32.${verb}_s` : `i32.${verb}_u`, next, old);
  }
}

const isNaNOf = (w: Writer, { type }: Ordered, x: Expr): Expr =>
  type === 'f32' ? w.op('f32.ne', x, x) : w.op('f64.ne', x, x);

/** The index in a short line, or one of elements that are no neighbours; an i64. */
function shortLine(w: Writer, element: Ordered, n: number, inner: number, start: Expr): Expr {
  const { bytes, load, type, dtype } = element;
  const [at, best, k] = [w.variable('i32', start), w.variable('i32', w.i32(0)), w.variable('i32', w.i32(1))];
  const old = w.variable(type, w.load(load, at));
  const next = w.variable(type);
  w.while(w.op('i32.lt_s', k, w.i32(n)), () => {
    at.set(w.plus(at, inner * bytes));
    next.set(w.load(load, at));
    const far = beyond(w, element, next, old);
    // Nothing lies beyond NaN.
    const takes = isFloat(dtype)
      ? w.op('i32.or', far, w.op('i32.gt_u', isNaNOf(w, element, next), isNaNOf(w, element, old)))
      : far;
    w.if(takes, () => {
      old.set(next);
      best.set(k);
    });
    k.set(w.plus(k, 1));
  });
  return w.op('i64.extend_i32_u', best);
}

/** Every index of a running extremum along a line. */
function scanLine(w: Writer, element: Ordered, n: number, inner: number, start: Expr, out: Expr): void {
  const { bytes, load, type, dtype } = element;
  const [at, to] = [w.variable('i32', start), w.variable('i32', out)];
  const best = w.variable('i64', w.i64(0n));
  const k = w.variable('i64', w.i64(0n));
  const old = w.variable(type, w.load(load, at));
  const next = w.variable(type);
  w.repeat(
    () => {
      next.set(w.load(load, at));
      const far = beyond(w, element, next, old, true);
      w.if(isFloat(dtype) ? w.op('i32.or', far, isNaNOf(w, element, next)) : far, () => {
        old.set(next);
        best.set(k);
      });
      w.store('i64.store', to, best);
      at.set(w.plus(at, inner * bytes));
      to.set(w.plus(to, inner * 8));
      k.set(w.op('i64.add', k, w.i64(1n)));
    },
    w.op('i64.lt_u', k, w.i64(BigInt(n))),
  );
}

/** The vector of what lies further in each lane; a NaN is passed over. */
function further(w: Writer, { vector, larger }: Ordered, x: Expr, y: Expr): Expr {
  switch (vector) {
    case 'f32x4':
      return w.op(larger ? 'f32x4.pmax' : 'f32x4.pmin', x, y);
    case 'f64x2':
      return w.op(larger ? 'f64x2.pmax' : 'f64x2.pmin', x, y);
    case 'i32x4':
      return w.op(larger ? 'i32x4.max_s' : 'i32x4.min_s', x, y);
    case 'i8x16':
      return w.op(larger ? 'i8x16.max_u' : 'i8x16.min_u', x, y);
    case 'i64x2': {
      const [p, q] = [w.variable('v128', x), w.variable('v128', y)];
      return w.op('v128.bitselect', p, q, w.op(larger ? 'i64x2.gt_s' : 'i64x2.lt_s', p, q));
    }
  }
}

const vectorNe = (w: Writer, { vector }: Ordered, x: Expr): Expr => w.op(`${vector}.ne`, x, x);

function extract(w: Writer, { vector }: Ordered, v: Expr, i: number): Expr {
  return vector === 'i8x16' ? w.lane('i8x16.extract_lane_u', i, v) : w.lane(`${vector}.extract_lane`, i, v);
}

/**
 * The index in a long line of neighbours, an i64: the extremum of one block after the other, then the first element of the
 * best block that equals it.
 */
function longLine(w: Writer, element: Ordered, n: number, start: Expr, scratch: Expr): Expr {
  const { bytes, load, type, dtype, lanes, vector } = element;
  const float = isFloat(dtype);
  const length = n * bytes;
  const whole = length - (length % 64);
  const [at, blockStart, blockEnd] = [w.variable('i32', start), w.variable('i32'), w.variable('i32')];
  const end = w.variable('i32', w.plus(at, whole));
  const [bestAt, best, top] = [w.variable('i32', w.i32(0)), w.variable(type), w.variable(type)];
  const four = [0, 1, 2, 3];
  const tops = four.map(() => w.variable('v128'));
  const odd = four.map(() => w.variable('v128'));
  w.code.block((found) => {
    const take = (value: Expr, place: Expr): void =>
      w.if(w.op('i32.or', w.op('i32.eqz', bestAt), beyond(w, element, value, best)), () => {
        best.set(value);
        bestAt.set(place);
      });
    const leaveAt = (place: Expr): void => {
      bestAt.set(place);
      w.code.br(found);
    };
    const join = (place: Expr): void => {
      const next = four.map((k) => w.variable('v128', w.load('v128.load', place, 16 * k)));
      four.forEach((k) => tops[k].set(further(w, element, tops[k], next[k])));
      if (float) four.forEach((k) => odd[k].set(w.op('v128.or', odd[k], vectorNe(w, element, next[k]))));
    };
    w.while(w.op('i32.lt_u', at, end), () => {
      blockStart.set(at);
      blockEnd.set(w.plus(at, blockBytes));
      blockEnd.set(w.select(w.op('i32.lt_u', blockEnd, end), blockEnd, end));
      four.forEach((k) => tops[k].set(w.load('v128.load', at, 16 * k)));
      if (float) four.forEach((k) => odd[k].set(vectorNe(w, element, tops[k])));
      at.set(w.plus(at, 64));
      w.while(w.op('i32.lt_u', at, blockEnd), () => {
        join(at);
        at.set(w.plus(at, 64));
      });
      if (length > whole) {
        // The last 64 bytes overlap the ones before.
        w.if(w.op('i32.eq', at, end), () => join(w.plus(at, length - whole - 64)));
      }
      four.forEach((k) => w.store('v128.store', scratch, tops[k], 16 * k));
      if (float) four.forEach((k) => w.store('v128.store', scratch, odd[k], 64 + 16 * k));
      const back = (from: number): Expr[] => four.map((k) => w.load('v128.load', scratch, from + 16 * k));
      if (float) {
        const any = back(64).reduce((p, q) => w.op('v128.or', p, q));
        w.if(w.op('v128.any_true', any), () => {
          at.set(blockStart);
          const value = w.variable(type, w.load(load, at));
          w.while(w.op('i32.eqz', isNaNOf(w, element, value)), () => {
            at.set(w.plus(at, bytes));
            value.set(w.load(load, at));
          });
          leaveAt(at);
        });
      }
      const vectors = back(0);
      const pair = (i: number): Variable => w.variable('v128', further(w, element, vectors[i], vectors[i + 1]));
      const all = w.variable('v128', further(w, element, pair(0), pair(2)));
      top.set(extract(w, element, all, 0));
      for (let i = 1; i < lanes; i++) {
        const lane = w.variable(type, extract(w, element, all, i));
        top.set(w.select(beyond(w, element, lane, top), lane, top));
      }
      take(top, blockStart);
    });
    const wanted = w.variable('v128', w.op(`${vector}.splat`, best));
    const equals = (k: number): Expr => w.op(`${vector}.eq`, w.load('v128.load', bestAt, 16 * k), wanted);
    const none = (k: number): Expr => {
      const all = four.slice(0, k).map(equals);
      return w.op(
        'i32.eqz',
        w.op(
          'v128.any_true',
          all.reduce((p, q) => w.op('v128.or', p, q)),
        ),
      );
    };
    // 64 bytes at a time while they lie within the line, then vectors; the last of them may reach into what follows.
    const stop = w.variable('i32', w.plus(start, length - 64));
    w.code.block((near) => {
      w.code.loop((again) => {
        w.op('i32.gt_u', bestAt, stop)();
        w.code.brIf(near);
        none(4)();
        w.code.op('i32.eqz');
        w.code.brIf(near);
        bestAt.set(w.plus(bestAt, 64));
        w.code.br(again);
      });
    });
    w.while(none(1), () => bestAt.set(w.plus(bestAt, 16)));
    const equal = type === 'i32' ? 'i32.ne' : type === 'i64' ? 'i64.ne' : type === 'f32' ? 'f32.ne' : 'f64.ne';
    w.while(w.op(equal, w.load(load, bestAt), best), () => bestAt.set(w.plus(bestAt, bytes)));
  });
  const index = w.op('i32.div_u', w.op('i32.sub', bestAt, start), w.i32(bytes));
  return w.op('i64.extend_i32_u', index);
}

/** Lines side by side, row by row; the extrema so far and their indices wait in scratch. */
function manyLines(
  w: Writer,
  element: Ordered,
  n: number,
  inner: number,
  running: boolean,
  start: Expr,
  out: Expr,
  scratch: Expr,
  from: Expr,
  to: Expr,
): void {
  const { bytes, lanes, vector, larger, dtype } = element;
  const [f, t, b, i, c] = [0, 1, 2, 3, 4].map(() => w.variable('i32'));
  const [x, y] = [w.variable('i32', start), w.variable('i32', out)];
  const k = w.variable('i32', w.i32(0));
  const ints = bytes === 4 ? 'i32x4' : 'i64x2';
  const now = w.variable('v128');
  const store = (index: Expr): void => {
    if (bytes === 8) w.store('v128.store', t, index);
    else {
      w.store('v128.store', t, w.op('i64x2.extend_low_i32x4_u', index));
      w.store('v128.store', t, w.op('i64x2.extend_high_i32x4_u', index), 16);
    }
  };
  const columns = (body: () => void): void => {
    f.set(w.add(x, w.times(from, bytes)));
    t.set(w.add(y, w.times(from, 8)));
    b.set(w.add(scratch, w.times(from, bytes)));
    i.set(w.plus(b, inner * bytes));
    w.range(c, from, to, lanes, () => {
      body();
      f.set(w.plus(f, 16));
      t.set(w.plus(t, 8 * lanes));
      b.set(w.plus(b, 16));
      i.set(w.plus(i, 16));
    });
  };
  const zero = w.op(`${ints}.splat`, bytes === 4 ? w.i32(0) : w.i64(0n));
  columns(() => {
    w.store('v128.store', b, w.load('v128.load', f));
    w.store('v128.store', i, zero);
    if (running) store(zero);
  });
  w.count(n - 1, () => {
    k.set(w.plus(k, 1));
    x.set(w.plus(x, inner * bytes));
    if (running) y.set(w.plus(y, inner * 8));
    now.set(w.op(`${ints}.splat`, bytes === 4 ? k : w.op('i64.extend_i32_u', k)));
    columns(() => {
      const next = w.variable('v128', w.load('v128.load', f));
      const old = w.variable('v128', w.load('v128.load', b));
      const verb = `${larger ? 'g' : 'l'}${running ? 'e' : 't'}` as const;
      const far =
        vector === 'f32x4' || vector === 'f64x2'
          ? w.op(`${vector}.${verb}`, next, old)
          : w.op(vector === 'i64x2' ? `i64x2.${verb}_s` : `i32x4.${verb}_s`, next, old);
      const odd = vectorNe(w, element, next);
      const takes = !isFloat(dtype)
        ? far
        : w.op('v128.or', far, running ? odd : w.op('v128.and', odd, w.op(`${vector}.eq`, old, old)));
      const mask = w.variable('v128', takes);
      w.store('v128.store', b, w.op('v128.bitselect', next, old, mask));
      const index = w.variable('v128', w.op('v128.bitselect', now, w.load('v128.load', i), mask));
      w.store('v128.store', i, index);
      if (running) store(index);
    });
  });
  if (!running) columns(() => store(w.load('v128.load', i)));
}
