// Copies between strided places: transposes, concatenations, padding, whatever moves elements and computes nothing.

import { itemBytes, sizeOf, stridesOf } from '../../ir/aval.ts';
import type { Kernel, KernelContext, KernelSite } from '../kernel.ts';
import { canTranspose, transposeTiles } from './transpose.ts';
import type { Expr, Variable, Writer } from './writer.ts';
import { bitsOfSize, bytesOfPlace, evenPieces, kernelOf, pieceOf, piecesOf } from './writer.ts';

/** Where an input's elements go in the output: element (i₀, i₁, …) to offset + Σ iₖ strides[k]. */
export interface CopyPlace {
  readonly offset: number;
  readonly strides: readonly number[];
}

export interface CopyRequest {
  readonly kind: 'copy';
  /** One for each input. By default the inputs have the shape of the output, and their elements its order. */
  readonly places?: readonly CopyPlace[];
  /** Whether there are output elements that no input goes to: they are zero. */
  readonly zeros?: boolean;
}

/** An axis of a copy: how far apart its elements are, in elements, where they come from and where they go. */
export interface Dim {
  readonly n: number;
  readonly from: number;
  readonly to: number;
}

/** The axes of a copy, outermost in the output first, all in the output's direction, merged where both sides allow. */
function dimsOf(
  shape: readonly number[],
  from: readonly number[],
  to: readonly number[],
): { dims: Dim[]; from: number; to: number } {
  const start = { from: 0, to: 0 };
  const all: Dim[] = [];
  shape.forEach((n, k) => {
    if (n === 1) return;
    if (to[k] >= 0) all.push({ n, from: from[k], to: to[k] });
    else {
      start.from += (n - 1) * from[k];
      start.to += (n - 1) * to[k];
      all.push({ n, from: -from[k], to: -to[k] });
    }
  });
  all.sort((p, q) => q.to - p.to);
  const dims: Dim[] = [];
  for (const dim of all) {
    const last = dims.at(-1);
    const joins = last !== undefined && last.from === dim.n * dim.from && last.to === dim.n * dim.to;
    if (joins) dims[dims.length - 1] = { n: last.n * dim.n, from: dim.from, to: dim.to };
    else dims.push(dim);
  }
  return { dims, ...start };
}

/** Bytes of the output that are gone through for all inputs before the next ones: half of a core's first cache. */
const nearBytes = 16_384;

export function copyKernel(context: KernelContext, request: CopyRequest, site: KernelSite): Kernel {
  const [output] = site.outputs;
  const bytes = itemBytes(output.dtype);
  const parts = site.inputs.map((x, i) => {
    const place = request.places?.[i] ?? { offset: 0, strides: stridesOf(output.shape) };
    const { dims, from, to } = dimsOf(x.shape, x.strides, place.strides);
    return { empty: sizeOf(x.shape) === 0, dims, from: from * bytes, to: (place.offset + to) * bytes };
  });
  // Where several inputs go between one another's elements, all of them write a part of the output while it is near.
  const interleaved =
    request.zeros !== true && parts.filter(({ dims: [first] }) => first !== undefined && first.to > 1).length > 1;
  const largest = Math.max(1, ...parts.map(({ dims }) => dims[0]?.n ?? 1));
  const total = bytesOfPlace(output);
  // Zeros are filled in first, all at once.
  const shared = request.zeros === true ? 1 : piecesOf(largest, total / 4);
  const chunks = interleaved ? Math.max(shared, evenPieces(largest, Math.ceil(total / nearBytes))) : shared;
  return kernelOf(context, site, { chunks }, (w, { inputs, outputs: [out], chunk }) => {
    if (request.zeros === true && total > 0) w.fill(out, 0, w.i32(total));
    parts.forEach(({ empty, dims, from, to }, i) => {
      if (empty) return;
      const [x, y] = [w.variable('i32', w.plus(inputs[i], from)), w.variable('i32', w.plus(out, to))];
      if (dims.length === 0) {
        // One element: the first piece has it.
        w.if(w.op('i32.eqz', chunk), () => copyRun(w, y, x, bytes));
      } else copyDims(w, bytes, dims, x, y, chunk, chunks);
    });
  });
}

function copyDims(
  w: Writer,
  bytes: number,
  dims: readonly Dim[],
  x: Variable,
  y: Variable,
  chunk: Expr,
  chunks: number,
): void {
  const last = dims[dims.length - 1];
  const fast = dims.findIndex(({ from }) => from === 1);
  if (last.to === 1 && last.from !== 1 && fast >= 0 && canTranspose(bytes, dims[fast], last)) {
    const loops = dims.filter((_d, k) => k !== fast && k !== dims.length - 1);
    if (loops.length > 0) {
      nest(w, bytes, loops, x, y, chunk, chunks, (f, t) =>
        transposeTiles(w, bytes, dims[fast], last, f, t, w.i32(0), w.i32(dims[fast].n)),
      );
    } else {
      // Pieces of whole tiles.
      const { from, to } = pieceOf(w, chunk, Math.ceil(dims[fast].n / 16), chunks);
      const end = w.variable('i32', w.times(to, 16));
      const n = w.i32(dims[fast].n);
      end.set(w.select(w.op('i32.lt_s', end, n), end, n));
      transposeTiles(w, bytes, dims[fast], last, x, y, w.variable('i32', w.times(from, 16)), end);
    }
    return;
  }
  const isRun = last.to === 1 && last.from === 1;
  if (isRun && dims.length === 1) {
    const { from, to } = pieceOf(w, chunk, last.n, chunks);
    if (chunks === 1) copyRun(w, y, x, last.n * bytes);
    else {
      w.if(w.op('i32.lt_s', from, to), () =>
        w.copy(
          w.add(y, w.times(from, bytes)),
          w.add(x, w.times(from, bytes)),
          w.times(w.op('i32.sub', to, from), bytes),
        ),
      );
    }
    return;
  }
  if (isRun) nest(w, bytes, dims.slice(0, -1), x, y, chunk, chunks, (f, t) => copyRun(w, t, f, last.n * bytes));
  else if (dims.length > 1) {
    nest(w, bytes, dims.slice(0, -1), x, y, chunk, chunks, (f, t) =>
      copyStrided(w, bytes, last, f, t, w.i32(0), last.n <= 8 ? last.n : w.i32(last.n)),
    );
  } else {
    const { from, to } = pieceOf(w, chunk, last.n, chunks);
    copyStrided(w, bytes, last, x, y, from, to);
  }
}

/** Loops over axes, the first of them over one piece alone. */
function nest(
  w: Writer,
  bytes: number,
  dims: readonly Dim[],
  x: Expr,
  y: Expr,
  chunk: Expr,
  chunks: number,
  leaf: (x: Variable, y: Variable) => void,
): void {
  const [f, t] = [w.variable('i32', x), w.variable('i32', y)];
  if (dims.length === 0) {
    leaf(f, t);
    return;
  }
  const [dim, ...rest] = dims;
  const { from, to } = pieceOf(w, chunk, dim.n, chunks);
  if (chunks > 1) {
    f.set(w.add(f, w.times(from, dim.from * bytes)));
    t.set(w.add(t, w.times(from, dim.to * bytes)));
  }
  w.range(w.variable('i32'), from, to, 1, () => {
    if (rest.length === 0) leaf(f, t);
    else nest(w, bytes, rest, f, t, w.i32(0), 1, leaf);
    f.set(w.plus(f, dim.from * bytes));
    t.set(w.plus(t, dim.to * bytes));
  });
}

/** Bytes one after another; how many is written down. */
export function copyRun(w: Writer, to: Expr, from: Expr, bytes: number): void {
  if (bytes > 512) {
    w.copy(to, from, w.i32(bytes));
    return;
  }
  let at = 0;
  const move = (name: 'v128' | 'i64' | 'i32', size: number): void => {
    for (; at + size <= bytes; at += size) w.store(`${name}.store`, to, w.load(`${name}.load`, from, at), at);
  };
  move('v128', 16);
  if (at < bytes && bytes >= 16) {
    // The last vector overlaps the one before.
    w.store('v128.store', to, w.load('v128.load', from, bytes - 16), bytes - 16);
    return;
  }
  move('i64', 8);
  move('i32', 4);
  for (; at < bytes; at++) w.store('i32.store8', to, w.load('i32.load8_u', from, at), at);
}

/** Elements of one axis, any distances apart, in steps of four; all of them unrolled where `to` is a number. */
function copyStrided(w: Writer, bytes: number, dim: Dim, x: Expr, y: Expr, from: Expr, to: Expr | number): void {
  const { load, store } = bitsOfSize(bytes);
  const [stepX, stepY] = [dim.from * bytes, dim.to * bytes];
  const one = (f: Expr, t: Expr, k: number): void => {
    const back = stepX < 0;
    w.store(store, t, w.load(load, back ? w.plus(f, k * stepX) : f, back ? 0 : k * stepX), k * stepY);
  };
  if (typeof to === 'number') {
    for (let k = 0; k < to; k++) one(x, y, k);
    return;
  }
  const [f, t] = [w.variable('i32'), w.variable('i32')];
  f.set(w.add(x, w.times(from, stepX)));
  t.set(w.add(y, w.times(from, stepY)));
  const left = w.variable('i32', w.op('i32.sub', to, from));
  const steps = (k: number, body: () => void): void =>
    w.while(w.op('i32.ge_s', left, w.i32(k)), () => {
      body();
      f.set(w.plus(f, k * stepX));
      t.set(w.plus(t, k * stepY));
      left.set(w.plus(left, -k));
    });
  if (stepX === -bytes && stepY === bytes) {
    const lanes = 16 / bytes;
    const reversed = Array.from({ length: 16 }, (_, b) => (lanes - 1 - Math.floor(b / bytes)) * bytes + (b % bytes));
    steps(lanes, () => {
      const v = w.load('v128.load', w.plus(f, -(lanes - 1) * bytes));
      w.store('v128.store', t, w.shuffle(reversed, v, v));
    });
  } else steps(4, () => [0, 1, 2, 3].forEach((k) => one(f, t, k)));
  steps(1, () => one(f, t, 0));
}
