// Running sums and products along an axis: line by line where elements are neighbours, else many lines at once.

import type { Kernel, KernelContext, KernelSite } from '../kernel.ts';
import type { Plain } from '../opcodes.ts';
import type { Element, Expr, Variable, Writer } from './writer.ts';
import { around, contiguous, elementOf, kernelOf, pieceOf, piecesOf } from './writer.ts';

export interface ScanRequest {
  readonly kind: 'scan';
  readonly axis: number;
  /** Starts from the last element. */
  readonly reverse: boolean;
  readonly join: 'add' | 'multiply';
}

/** What is summed up, and how it becomes an element. Floats of 32 bits add up in 64, as in the interpreter. */
interface Sum {
  readonly type: 'i32' | 'i64' | 'f64';
  readonly op: Plain;
  /** Whole vectors at once; null where there is no such instruction. */
  readonly vector: Plain | null;
  readonly widens: boolean;
}

function sumOf(element: Element, bool: boolean, join: ScanRequest['join']): Sum {
  const verb = join === 'add' ? 'add' : 'mul';
  // Whether a count, or a product, of zeros and ones is zero.
  if (bool) {
    return join === 'add'
      ? { type: 'i32', op: 'i32.or', vector: 'v128.or', widens: false }
      : { type: 'i32', op: 'i32.and', vector: 'v128.and', widens: false };
  }
  switch (element.vector) {
    case 'f32x4':
    case 'f64x2':
      return { type: 'f64', op: `f64.${verb}`, vector: `f64x2.${verb}`, widens: element.bytes === 4 };
    case 'i64x2':
      return { type: 'i64', op: `i64.${verb}`, vector: `i64x2.${verb}`, widens: false };
    case 'i32x4':
      return { type: 'i32', op: `i32.${verb}`, vector: `i32x4.${verb}`, widens: false };
    case 'i8x16':
      return { type: 'i32', op: `i32.${verb}`, vector: join === 'add' ? 'i8x16.add' : null, widens: false };
  }
}

export function scanKernel(context: KernelContext, request: ScanRequest, site: KernelSite): Kernel {
  const x = contiguous(site.inputs[0]);
  const { outer, n, inner } = around(x.shape, request.axis);
  const element = elementOf(x.dtype);
  const sum = sumOf(element, x.dtype === 'bool', request.join);
  const elements = outer * n * inner;
  // Columns are shared out where there are few blocks of them, in units of 64 bytes or 16 elements.
  const units = Math.ceil(inner / 16);
  const byBlock = inner === 1 || outer >= 8 || units < 2;
  const chunks = piecesOf(byBlock ? outer : units, elements * (inner === 1 ? 1.2 : 0.5));
  const scratchBytes = inner > 1 && sum.widens ? chunks * inner * 8 : 0;
  // An element is read before the one in its place is written, and what is read back is the sum so far.
  const work = { chunks, scratchBytes, inPlace: [0] };
  return kernelOf(context, site, work, (w, { inputs: [from], outputs: [to], scratch, chunk }) => {
    if (elements === 0) return;
    const piece = pieceOf(w, chunk, byBlock ? outer : units, chunks);
    if (inner === 1) {
      lines(w, element, sum, n, request.reverse, from, to, piece.from, piece.to);
      return;
    }
    const block = w.variable('i32');
    const over = byBlock ? piece : { from: w.i32(0), to: w.i32(outer) };
    const columns = byBlock ? { from: w.i32(0), to: w.i32(inner) } : columnsOf(w, piece, inner);
    const sums = w.variable('i32', w.add(scratch, w.times(chunk, inner * 8)));
    const last = request.reverse ? (n - 1) * inner * element.bytes : 0;
    w.range(block, over.from, over.to, 1, () => {
      const offset = w.variable('i32', w.plus(w.times(block, n * inner * element.bytes), last));
      const [f, t] = [w.variable('i32', w.add(from, offset)), w.variable('i32', w.add(to, offset))];
      const step = (request.reverse ? -1 : 1) * inner * element.bytes;
      row(w, element, sum, f, t, step, sums, columns.from, columns.to, true);
      w.count(n - 1, () => {
        f.set(w.plus(f, step));
        t.set(w.plus(t, step));
        row(w, element, sum, f, t, step, sums, columns.from, columns.to, false);
      });
    });
  });
}

/** The columns of some units of 16. */
export function columnsOf(
  w: Writer,
  units: { readonly from: Expr; readonly to: Expr },
  inner: number,
): { readonly from: Variable; readonly to: Variable } {
  const [from, to] = [w.variable('i32', w.times(units.from, 16)), w.variable('i32', w.times(units.to, 16))];
  to.set(w.select(w.op('i32.lt_s', to, w.i32(inner)), to, w.i32(inner)));
  return { from, to };
}

const read = (w: Writer, { load }: Element, { widens }: Sum, address: Expr, offset = 0): Expr => {
  const loaded = w.load(load, address, offset);
  return widens ? w.op('f64.promote_f32', loaded) : loaded;
};

const written = (w: Writer, { widens }: Sum, sum: Expr): Expr => (widens ? w.op('f32.demote_f64', sum) : sum);

/** Lines of neighbours, four at a time: one alone waits for each addition. */
function lines(
  w: Writer,
  element: Element,
  sum: Sum,
  n: number,
  reverse: boolean,
  x: Expr,
  y: Expr,
  from: Expr,
  to: Expr,
): void {
  const line = w.variable('i32', from);
  const step = reverse ? -element.bytes : element.bytes;
  const some = (count: number): void => {
    w.while(w.op('i32.le_s', w.plus(line, count), to), () => {
      const start = w.plus(w.times(line, n * element.bytes), reverse ? (n - 1) * element.bytes : 0);
      const f = w.variable('i32', w.add(x, start));
      const t = w.variable('i32', w.add(y, start));
      const at = (k: number): number => k * n * element.bytes;
      const sums = Array.from({ length: count }, (_, k) => w.variable(sum.type, read(w, element, sum, f, at(k))));
      sums.forEach((s, k) => w.store(element.store, t, written(w, sum, s), at(k)));
      w.count(n - 1, () => {
        f.set(w.plus(f, step));
        t.set(w.plus(t, step));
        sums.forEach((s, k) => {
          s.set(w.op(sum.op, s, read(w, element, sum, f, at(k))));
          w.store(element.store, t, written(w, sum, s), at(k));
        });
      });
      line.set(w.plus(line, count));
    });
  };
  some(4);
  some(1);
}

/**
 * One row of many lines: what the row before came to, a step back in the output (or in `sums`, where those are wider), joined
 * with the elements of this one.
 */
function row(
  w: Writer,
  element: Element,
  sum: Sum,
  f: Variable,
  t: Variable,
  step: number,
  sums: Expr,
  from: Expr,
  to: Expr,
  first: boolean,
): void {
  const { bytes, lanes } = element;
  const c = w.variable('i32', from);
  const [p, q, s] = [w.variable('i32'), w.variable('i32'), w.variable('i32')];
  p.set(w.add(f, w.times(c, bytes)));
  q.set(w.add(t, w.times(c, bytes)));
  if (sum.widens) s.set(w.add(sums, w.times(c, 8)));
  const steps = (count: number, body: () => void): void =>
    w.while(w.op('i32.le_s', w.plus(c, count), to), () => {
      body();
      for (const [pointer, size] of [
        [p, bytes],
        [q, bytes],
        [s, 8],
      ] as const) {
        if (pointer !== s || sum.widens) pointer.set(w.plus(pointer, count * size));
      }
      c.set(w.plus(c, count));
    });
  if (sum.widens) {
    steps(4, () => {
      const v = w.variable('v128', w.load('v128.load', p));
      const high = w.shuffle([8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15], v, v);
      const halves = [v, high].map((half, i) => {
        const wide = w.op('f64x2.promote_low_f32x4', half);
        return w.variable('v128', first ? wide : w.op(sum.vector!, w.load('v128.load', s, 16 * i), wide));
      });
      halves.forEach((half, i) => w.store('v128.store', s, half, 16 * i));
      const narrow = halves.map((half) => w.op('f32x4.demote_f64x2_zero', half));
      const both = w.shuffle([0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23], narrow[0], narrow[1]);
      w.store('v128.store', q, first ? v : both);
    });
  } else if (sum.vector !== null) {
    steps(2 * lanes, () => {
      // Loads, then stores: V8 joins pairs of either.
      const made = [0, 16].map((offset) => {
        const next = w.load('v128.load', p, offset);
        const before = w.load('v128.load', w.plus(q, -step), offset);
        return w.variable('v128', first ? next : w.op(sum.vector!, before, next));
      });
      made.forEach((v, k) => w.store('v128.store', q, v, 16 * k));
    });
  }
  steps(1, () => {
    const next = read(w, element, sum, p);
    if (sum.widens) {
      const value = w.variable('f64', first ? next : w.op(sum.op, w.load('f64.load', s), next));
      w.store('f64.store', s, value);
      w.store(element.store, q, written(w, sum, value));
    } else {
      const before = w.load(element.load, w.plus(q, -step));
      w.store(element.store, q, first ? next : w.op(sum.op, before, next));
    }
  });
}
