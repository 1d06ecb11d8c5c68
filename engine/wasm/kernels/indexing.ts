// Gathers and scatters along an axis: slices that are copied from, or joined into, the places that indices name.

import { itemBytes, sizeOf } from '../../ir/aval.ts';
import type { Kernel, KernelContext, KernelSite } from '../kernel.ts';
import { copyRun } from './copy.ts';
import type { Element, Expr, Variable, Writer } from './writer.ts';
import { bytesOfPlace, contiguous, elementOf, indexAt, kernelOf, pieceOf, piecesOf } from './writer.ts';

/** How indices and slices lie: see gatherLayout. */
interface Layout {
  /** Groups, each with indices of its own. */
  readonly outer: number;
  /** Arrays in a group, before the axis. */
  readonly rows: number;
  /** The axis that is indexed. */
  readonly size: number;
  /** Indices of a group. */
  readonly count: number;
  /** Elements of a slice. */
  readonly width: number;
}

/** Slices picked by index. */
export interface GatherRequest extends Layout {
  readonly kind: 'gather';
}

/** Slices joined into those of an array, in the order of the indices. */
export interface ScatterRequest extends Layout {
  readonly kind: 'scatter';
  readonly join: 'add' | 'max' | 'min' | 'set';
}

/** For each place the position of the last index that names it, or −1. */
export interface LastWriterRequest {
  readonly kind: 'last_writer';
  readonly size: number;
}

/**
 * Calls `visit` for each (group, row) of a range with the addresses of its slices of the array and of its indices.
 */
function forEachRow(
  w: Writer,
  { rows, size, count, width }: Layout,
  range: { readonly from: Expr; readonly to: Expr },
  itemSize: number,
  indexBytes: number,
  array: Expr,
  indices: Expr,
  visit: (base: Variable, index: Variable, row: Variable) => void,
): void {
  const [row, base, index] = [w.variable('i32'), w.variable('i32'), w.variable('i32')];
  w.range(row, range.from, range.to, 1, () => {
    base.set(w.add(array, w.times(row, size * width * itemSize)));
    const group = rows === 1 ? row : w.op('i32.div_u', row, w.i32(rows));
    index.set(w.add(indices, w.times(group, count * indexBytes)));
    visit(base, index, row);
  });
}

export function gatherKernel(context: KernelContext, request: GatherRequest, site: KernelSite): Kernel {
  const [x, index] = site.inputs.map(contiguous);
  const { outer, rows, count, width } = request;
  const [bytes, indexBytes] = [itemBytes(x.dtype), itemBytes(index.dtype)];
  const slice = width * bytes;
  const groups = outer * rows;
  const work = groups * count * (2 + slice / 8);
  // Groups are shared out where there are enough of them, else the indices of each.
  const byGroup = groups >= 16;
  const chunks = piecesOf(byGroup ? groups : count, work);
  return kernelOf(context, site, { chunks }, (w, { inputs, outputs: [out], chunk }) => {
    if (slice === 0 || groups === 0 || count === 0) return;
    const piece = pieceOf(w, chunk, byGroup ? groups : count, chunks);
    const whole = { from: w.i32(0), to: w.i32(byGroup ? count : groups) };
    const [over, within] = byGroup ? [piece, whole] : [whole, piece];
    forEachRow(w, request, over, bytes, indexBytes, inputs[0], inputs[1], (base, at, row) => {
      const to = w.variable('i32', w.add(out, w.times(row, count * slice)));
      to.set(w.add(to, w.times(within.from, slice)));
      at.set(w.add(at, w.times(within.from, indexBytes)));
      const left = w.variable('i32', w.op('i32.sub', within.to, within.from));
      const steps = (k: number): void =>
        w.while(w.op('i32.ge_s', left, w.i32(k)), () => {
          for (let i = 0; i < k; i++) {
            const from = w.add(base, w.times(indexAt(w, index.dtype, at, i * indexBytes), slice));
            pick(w, to, from, slice, bytes, i * slice);
          }
          to.set(w.plus(to, k * slice));
          at.set(w.plus(at, k * indexBytes));
          left.set(w.plus(left, -k));
        });
      if (slice <= 32) steps(4);
      steps(1);
    });
  });
}

function pick(w: Writer, to: Expr, from: Expr, slice: number, bytes: number, at: number): void {
  if (slice === bytes) {
    const name = bytes === 1 ? 'i32.store8' : bytes === 4 ? 'i32.store' : 'i64.store';
    const load = bytes === 1 ? 'i32.load8_u' : bytes === 4 ? 'i32.load' : 'i64.load';
    w.store(name, to, w.load(load, from), at);
  } else copyRun(w, w.plus(to, at), w.variable('i32', from), slice);
}

export function scatterKernel(context: KernelContext, request: ScatterRequest, site: KernelSite): Kernel {
  const [x, index, y] = site.inputs.map(contiguous);
  const { outer, rows, size, count, width, join } = request;
  const element = elementOf(x.dtype);
  const { bytes } = element;
  const indexBytes = itemBytes(index.dtype);
  const groups = outer * rows;
  // Groups are shared out; within one, columns of whole vectors, since several indices may name one place.
  const columns = Math.ceil((width * bytes) / 64);
  const byGroup = groups >= 8 || columns < 8;
  const chunks = piecesOf(
    byGroup ? groups : columns,
    groups * (count * (3 + (width * bytes) / 4) + (size * width * bytes) / 4),
  );
  const total = bytesOfPlace(x);
  return kernelOf(
    context,
    site,
    { chunks, inPlace: [0] },
    (w, { inputs: [from, indices, updates], outputs: [out], chunk }) => {
      if (total === 0) return;
      const piece = pieceOf(w, chunk, byGroup ? groups : columns, chunks);
      const over = byGroup ? piece : { from: w.i32(0), to: w.i32(groups) };
      const row = size * width * bytes;
      const base = w.variable('i32');
      const [start, end] = byGroup
        ? [w.i32(0), w.i32(width * bytes)]
        : [w.variable('i32', w.times(piece.from, 64)), endOf(w, piece.to, width * bytes)];
      // In place everything is where it belongs.
      w.if(w.op('i32.ne', from, out), () => {
        if (byGroup) {
          w.if(w.op('i32.lt_s', over.from, over.to), () => {
            const at = w.variable('i32', w.times(over.from, row));
            w.copy(w.add(out, at), w.add(from, at), w.times(w.op('i32.sub', over.to, over.from), row));
          });
        } else {
          const [f, t, k] = [
            w.variable('i32', w.add(from, start)),
            w.variable('i32', w.add(out, start)),
            w.variable('i32'),
          ];
          w.range(k, w.i32(0), w.i32(groups * size), 1, () => {
            w.copy(t, f, w.op('i32.sub', end, start));
            f.set(w.plus(f, width * bytes));
            t.set(w.plus(t, width * bytes));
          });
        }
      });
      if (count === 0) return;
      forEachRow(w, request, over, bytes, indexBytes, out, indices, (place, at, r) => {
        const update = w.variable('i32', w.add(updates, w.times(r, count * width * bytes)));
        const k = w.variable('i32');
        w.range(k, w.i32(0), w.i32(count), 1, () => {
          base.set(w.add(place, w.times(indexAt(w, index.dtype, at), width * bytes)));
          joinSlice(
            w,
            element,
            y.dtype === 'float32' || y.dtype === 'float64',
            join,
            base,
            update,
            width,
            byGroup ? null : [start, end],
          );
          at.set(w.plus(at, indexBytes));
          update.set(w.plus(update, width * bytes));
        });
      });
    },
  );
}

function endOf(w: Writer, columns: Expr, bytes: number): Variable {
  const end = w.variable('i32', w.times(columns, 64));
  end.set(w.select(w.op('i32.lt_s', end, w.i32(bytes)), end, w.i32(bytes)));
  return end;
}

/** Joins `width` updates into the elements at `to`, or those of a range of bytes alone. */
function joinSlice(
  w: Writer,
  element: Element,
  float: boolean,
  join: ScatterRequest['join'],
  to: Variable,
  from: Variable,
  width: number,
  range: readonly [Expr, Expr] | null,
): void {
  const { bytes, load, store, lanes, type } = element;
  const one = (t: Expr, f: Expr, offset: number): void => {
    if (join === 'set') {
      w.store(store, t, w.load(load, f, offset), offset);
      return;
    }
    if (join === 'add') {
      const sum = type === 'i32' ? 'i32.add' : type === 'i64' ? 'i64.add' : type === 'f32' ? 'f32.add' : 'f64.add';
      w.store(store, t, w.op(sum, w.load(load, t, offset), w.load(load, f, offset)), offset);
      return;
    }
    const next = w.variable(type, w.load(load, f, offset));
    const old = w.load(load, t, offset);
    const beyond = join === 'max' ? 'gt' : 'lt';
    const takes = float
      ? w.op(
          'i32.or',
          w.op(type === 'f32' ? `f32.${beyond}` : `f64.${beyond}`, next, old),
          w.op(type === 'f32' ? 'f32.ne' : 'f64.ne', next, next),
        )
      : bytes === 1
        ? w.op(`i32.${beyond}_u`, next, old)
        : w.op(type === 'i32' ? `i32.${beyond}_s` : `i64.${beyond}_s`, next, old);
    w.if(takes, () => w.store(store, t, next, offset));
  };
  const vector = (t: Expr, f: Expr, offset: number): void => {
    const [old, next] = [w.load('v128.load', t, offset), w.load('v128.load', f, offset)];
    w.store('v128.store', t, joinVectors(w, element, float, join, old, next), offset);
  };
  if (range === null && width * bytes <= 128) {
    const whole = width - (width % lanes);
    for (let i = 0; i < whole; i += lanes) vector(to, from, i * bytes);
    for (let i = whole; i < width; i++) one(to, from, i * bytes);
    return;
  }
  const [start, end] = range ?? [w.i32(0), w.i32(width * bytes)];
  const [t, f] = [w.variable('i32', w.add(to, start)), w.variable('i32', w.add(from, start))];
  const left = w.variable('i32', w.op('i32.sub', end, start));
  const steps = (size: number, body: () => void): void =>
    w.while(w.op('i32.ge_s', left, w.i32(size)), () => {
      body();
      t.set(w.plus(t, size));
      f.set(w.plus(f, size));
      left.set(w.plus(left, -size));
    });
  steps(32, () => {
    // Loads, then stores: V8 joins pairs of either.
    const made = [0, 16].map((k) =>
      w.variable('v128', joinVectors(w, element, float, join, w.load('v128.load', t, k), w.load('v128.load', f, k))),
    );
    made.forEach((v, k) => w.store('v128.store', t, v, 16 * k));
  });
  steps(bytes, () => one(t, f, 0));
}

function joinVectors(
  w: Writer,
  { vector }: Element,
  float: boolean,
  join: ScatterRequest['join'],
  old: Expr,
  next: Expr,
): Expr {
  if (join === 'set') return next;
  if (join === 'add') return w.op(`${vector}.add`, old, next);
  if (vector === 'i8x16') return w.op(join === 'max' ? 'i8x16.max_u' : 'i8x16.min_u', old, next);
  if (vector === 'i32x4') return w.op(join === 'max' ? 'i32x4.max_s' : 'i32x4.min_s', old, next);
  const [p, q] = [w.variable('v128', next), w.variable('v128', old)];
  const beyond =
    vector === 'i64x2'
      ? w.op(join === 'max' ? 'i64x2.gt_s' : 'i64x2.lt_s', p, q)
      : w.op(join === 'max' ? `${vector}.gt` : `${vector}.lt`, p, q);
  const takes = float && vector !== 'i64x2' ? w.op('v128.or', beyond, w.op(`${vector}.ne`, p, p)) : beyond;
  return w.op('v128.bitselect', p, q, takes);
}

export function lastWriterKernel(context: KernelContext, request: LastWriterRequest, site: KernelSite): Kernel {
  const [index] = site.inputs.map(contiguous);
  const count = index.shape[index.shape.length - 1];
  const rows = sizeOf(index.shape.slice(0, -1));
  const chunks = piecesOf(rows, rows * (2 * count + request.size));
  return kernelOf(context, site, { chunks }, (w, { inputs: [indices], outputs: [out], chunk }) => {
    const indexBytes = itemBytes(index.dtype);
    const { from, to } = pieceOf(w, chunk, rows, chunks);
    const [row, place, at, k] = [w.variable('i32'), w.variable('i32'), w.variable('i32'), w.variable('i32')];
    w.range(row, from, to, 1, () => {
      place.set(w.add(out, w.times(row, request.size * 8)));
      w.fill(place, 0xff, w.i32(request.size * 8));
      at.set(w.add(indices, w.times(row, count * indexBytes)));
      w.range(k, w.i32(0), w.i32(count), 1, () => {
        const target = w.add(place, w.times(indexAt(w, index.dtype, at), 8));
        w.store('i64.store', target, w.op('i64.extend_i32_u', k));
        at.set(w.plus(at, indexBytes));
      });
    });
  });
}
