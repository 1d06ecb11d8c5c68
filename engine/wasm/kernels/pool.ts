// Where the largest element of each window is: several output columns at once where windows lie within the row.

import { isFloat, sizeOf, stridesOf } from '../../ir/aval.ts';
import type { Kernel, KernelContext, KernelSite } from '../kernel.ts';
import type { Element, Expr, Variable, Writer } from './writer.ts';
import { contiguous, elementOf, kernelOf, pieceOf, piecesOf } from './writer.ts';

/** For each window over the last axes the position in them of its first largest element, NaN being larger than any number. */
export interface PoolArgmaxRequest {
  readonly kind: 'pool_argmax';
  readonly window: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly low: readonly number[];
  readonly counts: readonly number[];
}

/** One of the axes that windows move along. */
interface Axis {
  readonly size: number;
  readonly window: number;
  readonly stride: number;
  readonly dilation: number;
  readonly low: number;
  readonly count: number;
  /** Between its elements, in elements. */
  readonly step: number;
}

/** The places of an axis whose windows lie within it: from … to. */
function interior({ size, window, stride, dilation, low, count }: Axis): [number, number] {
  const first = Math.ceil(low / stride);
  const last = Math.floor((size - 1 + low - (window - 1) * dilation) / stride);
  const from = Math.min(first, count);
  return [from, Math.max(from, Math.min(count, last + 1))];
}

/** Whether every window has an element. */
const allTouch = ({ size, window, stride, dilation, low, count }: Axis): boolean =>
  Array.from({ length: count }, (_, place) => place).every((place) =>
    Array.from({ length: window }, (_, tap) => place * stride + tap * dilation - low).some((i) => i >= 0 && i < size),
  );

/** Null where a window has no element at all. */
export function poolArgmaxKernel(context: KernelContext, request: PoolArgmaxRequest, site: KernelSite): Kernel | null {
  const x = contiguous(site.inputs[0]);
  const rank = request.counts.length;
  const sizes = x.shape.slice(x.shape.length - rank);
  const steps = stridesOf(sizes);
  const axes = sizes.map((size, d): Axis => ({
    size,
    window: request.window[d],
    stride: request.stride[d],
    dilation: request.dilation[d],
    low: request.low[d],
    count: request.counts[d],
    step: steps[d],
  }));
  const images = sizeOf(x.shape.slice(0, x.shape.length - rank));
  if (images * sizeOf(request.counts) > 0 && !axes.every(allTouch)) return null;
  const [outer, row] = [axes.slice(0, -1), axes[rank - 1]];
  const rowsInImage = sizeOf(outer.map((a) => a.count));
  const rows = images * rowsInImage;
  const element = elementOf(x.dtype);
  const chunks = piecesOf(rows, rows * row.count * sizeOf(request.window));
  return kernelOf(context, site, { chunks }, (w, { inputs: [from], outputs: [out], chunk }) => {
    if (rows * row.count === 0) return;
    const piece = pieceOf(w, chunk, rows, chunks);
    const [r, image, left, to, c] = [0, 1, 2, 3, 4].map(() => w.variable('i32'));
    const scan = new WindowScan(w, element, isFloat(x.dtype), row);
    const places = outer.map(() => w.variable('i32'));
    const [begin, end] = interior(row);
    w.range(r, piece.from, piece.to, 1, () => {
      image.set(w.op('i32.div_u', r, w.i32(rowsInImage)));
      left.set(w.op('i32.sub', r, w.times(image, rowsInImage)));
      let below = rowsInImage;
      outer.forEach((axis, d) => {
        below /= axis.count;
        places[d].set(w.op('i32.div_u', left, w.i32(below)));
        left.set(w.op('i32.sub', left, w.times(places[d], below)));
      });
      const base = w.variable('i32', w.add(from, w.times(image, sizeOf(sizes) * element.bytes)));
      const spans = outer.map((axis, d) => new TapSpan(w, axis, places[d]));
      to.set(w.add(out, w.times(r, row.count * 8)));
      const store = (index: Expr): void => {
        w.store('i64.store', to, index);
        to.set(w.plus(to, 8));
      };
      const single = (a: number, b: number): void => {
        if (a < b) w.range(c, w.i32(a), w.i32(b), 1, () => store(scan.one(base, spans, c)));
      };
      single(0, begin);
      const { lanes, bytes } = element;
      const whole = bytes === 1 ? begin : end - ((end - begin) % lanes);
      if (begin < whole) {
        w.range(c, w.i32(begin), w.i32(whole), lanes, () => {
          const index = scan.several(base, spans, c);
          if (bytes === 8) w.store('v128.store', to, index);
          else {
            w.store('v128.store', to, w.op('i64x2.extend_low_i32x4_u', index));
            w.store('v128.store', to, w.op('i64x2.extend_high_i32x4_u', index), 16);
          }
          to.set(w.plus(to, 8 * lanes));
        });
      }
      single(whole, row.count);
    });
  });
}

/** The taps of a window that lie within an axis, and the position of the first. */
class TapSpan {
  readonly axis: Axis;
  /** How many. */
  readonly taps: Expr;
  /** Elements from the start of the axis to the first, times its step. */
  readonly start: Variable;

  constructor(w: Writer, axis: Axis, place: Expr) {
    const { size, window, stride, dilation, low, step } = axis;
    this.axis = axis;
    const at = w.variable('i32', w.plus(w.times(place, stride), -low));
    const [first, end] = interior(axis);
    if (first === 0 && end === axis.count) {
      this.taps = w.i32(window);
      this.start = w.variable('i32', w.times(at, step));
      return;
    }
    // Steps of the dilation until the axis is reached, and those that stay within it.
    const before = w.op('i32.div_s', w.plus(w.op('i32.sub', w.i32(0), at), dilation - 1), w.i32(dilation));
    const skipped = w.variable('i32', w.select(w.op('i32.lt_s', at, w.i32(0)), before, w.i32(0)));
    const until = w.variable(
      'i32',
      w.plus(w.op('i32.div_s', w.op('i32.sub', w.i32(size - 1), at), w.i32(dilation)), 1),
    );
    until.set(w.select(w.op('i32.lt_s', until, w.i32(window)), until, w.i32(window)));
    this.taps = w.variable('i32', w.op('i32.sub', until, skipped));
    this.start = w.variable('i32', w.times(w.add(at, w.times(skipped, dilation)), step));
  }
}

/** Walks the elements of windows in row-major order, for one output column or for as many as a vector has lanes. */
class WindowScan {
  readonly #w: Writer;
  readonly #element: Element;
  readonly #float: boolean;
  readonly #row: Axis;
  /** How much further the window of each lane starts. */
  readonly #lanes: Variable | null;

  constructor(w: Writer, element: Element, float: boolean, row: Axis) {
    this.#w = w;
    this.#element = element;
    this.#float = float;
    this.#row = row;
    const { bytes, lanes } = element;
    if (bytes === 1) {
      this.#lanes = null;
      return;
    }
    const offsets = new Uint8Array(16);
    const view = new DataView(offsets.buffer);
    for (let i = 0; i < lanes; i++) view.setInt32(i * bytes, i * row.stride, true);
    this.#lanes = w.variable('v128', () => w.code.v128(offsets));
  }

  /** Calls `visit` for each row of a window, with its position in the image. */
  #rows(spans: readonly TapSpan[], position: Expr, visit: (position: Variable) => void): void {
    const w = this.#w;
    const at = w.variable('i32', position);
    if (spans.length === 0) {
      visit(at);
      return;
    }
    const [span, ...rest] = spans;
    at.set(w.add(at, span.start));
    w.range(w.variable('i32'), w.i32(0), span.taps, 1, () => {
      this.#rows(rest, at, visit);
      at.set(w.plus(at, span.axis.dilation * span.axis.step));
    });
  }

  #first(spans: readonly TapSpan[], start: Expr): Expr {
    return spans.reduce<Expr>((sum, span) => this.#w.add(sum, span.start), start);
  }

  /** The position for one column, an i64. */
  one(base: Expr, spans: readonly TapSpan[], column: Expr): Expr {
    const w = this.#w;
    const { load, type, bytes } = this.#element;
    const own = new TapSpan(w, this.#row, column);
    const best = w.variable('i32', this.#first(spans, own.start));
    const address = (position: Expr): Expr => w.add(base, w.times(position, bytes));
    const old = w.variable(type, w.load(load, address(best)));
    const next = w.variable(type);
    this.#rows([...spans, own], w.i32(0), (at) => {
      next.set(w.load(load, address(at)));
      const larger =
        type === 'f32' || type === 'f64'
          ? w.op(`${type}.gt`, next, old)
          : w.op(bytes === 1 ? 'i32.gt_u' : type === 'i32' ? 'i32.gt_s' : 'i64.gt_s', next, old);
      const isNaNOf = (x: Expr): Expr => w.op(type === 'f32' ? 'f32.ne' : 'f64.ne', x, x);
      const takes = this.#float ? w.op('i32.or', larger, w.op('i32.gt_u', isNaNOf(next), isNaNOf(old))) : larger;
      w.if(takes, () => {
        old.set(next);
        best.set(at);
      });
    });
    return w.op('i64.extend_i32_u', best);
  }

  /** The positions for a vector of columns from `column` on, whose windows all lie within the row. */
  several(base: Expr, spans: readonly TapSpan[], column: Expr): Variable {
    const w = this.#w;
    const { bytes, vector } = this.#element;
    const { stride, low, window, dilation } = this.#row;
    const ints = bytes === 4 ? 'i32x4' : 'i64x2';
    const start = w.variable('i32', w.plus(w.times(column, stride), -low));
    const splat = (position: Expr): Expr =>
      w.op(
        `${ints}.add`,
        w.op(`${ints}.splat`, bytes === 4 ? position : w.op('i64.extend_i32_u', position)),
        this.#lanes!,
      );
    const address = w.variable('i32');
    const best = w.variable('v128', splat(this.#first(spans, start)));
    address.set(w.add(base, w.times(this.#first(spans, start), bytes)));
    const old = w.variable('v128', this.#columns(address, 0));
    const [next, mask] = [w.variable('v128'), w.variable('v128')];
    const update = (position: Expr, offset: number): void => {
      next.set(this.#columns(address, offset));
      const larger =
        vector === 'f32x4' || vector === 'f64x2'
          ? w.op(`${vector}.gt`, next, old)
          : w.op(vector === 'i64x2' ? 'i64x2.gt_s' : 'i32x4.gt_s', next, old);
      const odd = w.op('v128.and', w.op(`${vector}.ne`, next, next), w.op(`${vector}.eq`, old, old));
      mask.set(this.#float ? w.op('v128.or', larger, odd) : larger);
      old.set(w.op('v128.bitselect', next, old, mask));
      best.set(w.op('v128.bitselect', splat(position), best, mask));
    };
    this.#rows(spans, start, (at) => {
      address.set(w.add(base, w.times(at, bytes)));
      if (window <= 16) {
        for (let k = 0; k < window; k++) update(w.plus(at, k * dilation), k * dilation * bytes);
        return;
      }
      const position = w.variable('i32', at);
      w.count(window, () => {
        update(position, 0);
        address.set(w.plus(address, dilation * bytes));
        position.set(w.plus(position, dilation));
      });
    });
    return best;
  }

  /** Elements of a row, the stride apart. */
  #columns(address: Expr, offset: number): Expr {
    const w = this.#w;
    const { bytes, lanes } = this.#element;
    const { stride } = this.#row;
    if (stride === 1) return w.load('v128.load', address, offset);
    if (stride === 2 && bytes === 4) {
      // The last vector would reach one element too far; it starts one before.
      const even = [0, 1, 2, 3, 8, 9, 10, 11, 20, 21, 22, 23, 28, 29, 30, 31];
      return w.shuffle(even, w.load('v128.load', address, offset), w.load('v128.load', address, offset + 12));
    }
    return () => {
      const v = w.variable('v128', w.load(bytes === 4 ? 'v128.load32_zero' : 'v128.load64_zero', address, offset));
      for (let i = 1; i < lanes; i++) {
        v.set(() => {
          address();
          v();
          const at = offset + i * stride * bytes;
          w.code.memLane(bytes === 4 ? 'v128.load32_lane' : 'v128.load64_lane', at, i);
        });
      }
      v();
    };
  }
}
