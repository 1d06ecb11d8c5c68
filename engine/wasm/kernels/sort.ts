// Stable sorting: the order of the elements of each line, by radix where it is long, by merging where it is short.

import type { DType } from '../../ir/aval.ts';
import type { Kernel, KernelContext, KernelSite } from '../kernel.ts';
import type { Expr, Variable, Writer } from './writer.ts';
import { around, contiguous, elementOf, kernelOf, pieceOf, piecesOf } from './writer.ts';

/** The indices that put the elements along an axis in order; NaN after everything, −0 equal to 0. */
export interface SortRequest {
  readonly kind: 'sort';
  readonly axis: number;
  readonly descending: boolean;
  /** So many of each line; all by default. */
  readonly first?: number;
}

/**
 * What is moved in place of an element: its key, an unsigned integer in the same order, and its index. Keys of 32 bits stand
 * above the index in one i64, so that records are in order when they are as numbers; keys of 64 before it in a vector.
 */
interface Records {
  readonly bytes: 8 | 16;
  readonly keyBits: 8 | 32 | 64;
  /** Where the key starts, in bits of the i64 that it is in. */
  readonly shift: number;
  readonly hold: 'i64' | 'v128';
}

function recordsOf(dtype: DType): Records {
  switch (dtype) {
    case 'bool':
    case 'uint8':
      return { bytes: 8, keyBits: 8, shift: 32, hold: 'i64' };
    case 'int32':
    case 'float32':
      return { bytes: 8, keyBits: 32, shift: 32, hold: 'i64' };
    case 'int64':
    case 'float64':
      return { bytes: 16, keyBits: 64, shift: 0, hold: 'v128' };
  }
}

/** Lines shorter than this are merged. */
const radixFrom = 400;
/** Runs that insertion puts in order. */
const run = 12;

/** More of a line than this are found by putting all of it in order. */
const mostSelected = 4096;

export function sortKernel(context: KernelContext, request: SortRequest, site: KernelSite): Kernel {
  const x = contiguous(site.inputs[0]);
  const { outer, n, inner } = around(x.shape, request.axis);
  const many = request.first ?? n;
  const candidates = Math.max(256, 4 * many);
  if (many > 0 && many <= mostSelected && candidates < n) return selectKernel(context, request, site, many, candidates);
  const records = recordsOf(x.dtype);
  const { bytes, load } = elementOf(x.dtype);
  const digit = n < 10_000 || records.keyBits === 8 ? 8 : 11;
  const digits = n < radixFrom ? 0 : Math.ceil(records.keyBits / digit);
  const countBytes = digits * 4 * 2 ** digit;
  const each = 2 * n * records.bytes + countBytes;
  const lines = outer * inner;
  const chunks = piecesOf(lines, lines * n * (records.bytes === 8 ? 15 : 30));
  return kernelOf(
    context,
    site,
    // A line is in scratch before its order is written.
    { chunks, scratchBytes: chunks * each, inPlace: many === n ? [0] : [] },
    (w, { inputs: [from], outputs: [to], scratch, chunk }) => {
      if (lines * many === 0) return;
      const piece = pieceOf(w, chunk, lines, chunks);
      const here = w.variable('i32', w.add(scratch, w.times(chunk, each)));
      const [line, start, f, t, k] = [0, 1, 2, 3, 4].map(() => w.variable('i32'));
      const [a, b] = [w.variable('i32'), w.variable('i32')];
      const counts = w.variable('i32', w.plus(here, 2 * n * records.bytes));
      w.range(line, piece.from, piece.to, 1, () => {
        start.set(startOf(w, line, n, inner));
        a.set(here);
        b.set(w.plus(here, n * records.bytes));
        if (digits > 0) w.fill(counts, 0, w.i32(countBytes));
        // Keys and indices, and how often each digit occurs.
        f.set(w.add(from, w.times(start, bytes)));
        t.set(a);
        w.range(k, w.i32(0), w.i32(n), 1, () => {
          const key = keyOf(w, x.dtype, w.load(load, f), request.descending);
          storeRecord(w, records, t, key, k);
          for (let d = 0; d < digits; d++) {
            const slot = w.variable('i32', w.add(counts, w.times(digitOf(w, records, key, d, digit), 4)));
            const offset = d * 4 * 2 ** digit;
            w.store('i32.store', slot, w.plus(w.load('i32.load', slot, offset), 1), offset);
          }
          f.set(w.plus(f, inner * bytes));
          t.set(w.plus(t, records.bytes));
        });
        if (digits > 0) radixSort(w, records, n, digit, digits, a, b, counts);
        else mergeSort(w, records, n, a, b);
        f.set(a);
        t.set(w.add(to, w.times(startOf(w, line, many, inner), 8)));
        writeIndices(w, records, many, inner, f, t);
      });
    },
  );
}

/** The first element of a line, counted in elements. */
const startOf = (w: Writer, line: Variable, n: number, inner: number): Expr =>
  inner === 1
    ? w.times(line, n)
    : w.add(w.times(w.op('i32.div_u', line, w.i32(inner)), n * inner), w.op('i32.rem_u', line, w.i32(inner)));

/** The indices of records from `f` on, along a line from `t` on. */
function writeIndices(
  w: Writer,
  { hold, bytes }: Records,
  many: number,
  inner: number,
  f: Variable,
  t: Variable,
): void {
  w.count(many, () => {
    w.store('i64.store', t, hold === 'i64' ? w.load('i64.load32_u', f) : w.load('i64.load', f, 8));
    f.set(w.plus(f, bytes));
    t.set(w.plus(t, inner * 8));
  });
}

/** Stores the record of an element: its key and its index. */
function storeRecord(w: Writer, { hold }: Records, t: Expr, key: Expr, index: Expr): void {
  const wide = w.op('i64.extend_i32_u', index);
  if (hold === 'i64') {
    w.store('i64.store', t, w.op('i64.or', w.op('i64.shl', w.op('i64.extend_i32_u', key), w.i64(32n)), wide));
  } else {
    w.store('i64.store', t, key);
    w.store('i64.store', t, wide, 8);
  }
}

/**
 * The first of each line: what comes before the last of those found so far is a candidate, and where there are as many
 * candidates as there is room for, they are put in order and all but the first forgotten.
 */
function selectKernel(
  context: KernelContext,
  request: SortRequest,
  site: KernelSite,
  many: number,
  candidates: number,
): Kernel {
  const x = contiguous(site.inputs[0]);
  const { outer, n, inner } = around(x.shape, request.axis);
  const records = recordsOf(x.dtype);
  const { bytes, load } = elementOf(x.dtype);
  const wide = records.hold === 'v128';
  const each = 2 * candidates * records.bytes;
  const lines = outer * inner;
  const chunks = piecesOf(lines, lines * n * 3);
  return kernelOf(
    context,
    site,
    { chunks, scratchBytes: chunks * each },
    (w, { inputs: [from], outputs: [to], scratch, chunk }) => {
      const piece = pieceOf(w, chunk, lines, chunks);
      const here = w.variable('i32', w.add(scratch, w.times(chunk, each)));
      const [line, f, t, k, full, a, b, open] = [0, 1, 2, 3, 4, 5, 6, 7].map(() => w.variable('i32'));
      const type = wide ? 'i64' : 'i32';
      const threshold = w.variable(type);
      w.range(line, piece.from, piece.to, 1, () => {
        a.set(here);
        b.set(w.plus(here, candidates * records.bytes));
        f.set(w.add(from, w.times(startOf(w, line, n, inner), bytes)));
        t.set(a);
        k.set(w.i32(0));
        open.set(w.i32(1));
        w.repeat(
          () => {
            full.set(w.plus(a, candidates * records.bytes));
            w.while(w.op('i32.and', w.op('i32.lt_u', t, full), w.op('i32.lt_s', k, w.i32(n))), () => {
              const key = keyOf(w, x.dtype, w.load(load, f), request.descending);
              w.if(w.op('i32.or', open, w.op(`${type}.lt_u`, key, threshold)), () => {
                storeRecord(w, records, t, key, k);
                t.set(w.plus(t, records.bytes));
              });
              f.set(w.plus(f, inner * bytes));
              k.set(w.plus(k, 1));
            });
            // Behind the last element: what comes after everything.
            w.while(w.op('i32.lt_u', t, full), () => {
              storeRecord(w, records, t, wide ? w.i64(-1n) : w.i32(-1), w.i32(-1));
              t.set(w.plus(t, records.bytes));
            });
            mergeSort(w, records, candidates, a, b);
            t.set(w.plus(a, many * records.bytes));
            threshold.set(keyAt(w, records, w.plus(t, -records.bytes)));
            open.set(w.i32(0));
          },
          w.op('i32.lt_s', k, w.i32(n)),
        );
        f.set(a);
        t.set(w.add(to, w.times(startOf(w, line, many, inner), 8)));
        writeIndices(w, records, many, inner, f, t);
      });
    },
  );
}

/** The key of an element: an i32 or i64 in a variable, compared without sign. */
function keyOf(w: Writer, dtype: DType, x: Expr, descending: boolean): Variable {
  switch (dtype) {
    case 'bool':
    case 'uint8':
      return w.variable('i32', descending ? w.op('i32.xor', x, w.i32(255)) : x);
    case 'int32':
      return w.variable('i32', w.op('i32.xor', x, w.i32(descending ? 0x7fffffff : -0x80000000)));
    case 'int64':
      return w.variable('i64', w.op('i64.xor', x, w.i64(descending ? 0x7fff_ffff_ffff_ffffn : -(1n << 63n))));
    case 'float32': {
      // Adding 0 makes 0 of −0.
      const value = w.variable('f32', w.op('f32.add', x, w.op('f32.reinterpret_i32', w.i32(0))));
      const bits = w.variable('i32', w.op('i32.reinterpret_f32', value));
      const flips = w.op('i32.or', w.op('i32.shr_s', bits, w.i32(31)), w.i32(-0x80000000));
      const number = w.op('i32.xor', bits, flips);
      const key = w.select(w.op('f32.eq', value, value), number, w.i32(-1));
      return w.variable('i32', descending ? w.op('i32.xor', key, w.i32(-1)) : key);
    }
    case 'float64': {
      const value = w.variable('f64', w.op('f64.add', x, w.op('f64.reinterpret_i64', w.i64(0n))));
      const bits = w.variable('i64', w.op('i64.reinterpret_f64', value));
      const flips = w.op('i64.or', w.op('i64.shr_s', bits, w.i64(63n)), w.i64(-(1n << 63n)));
      const number = w.op('i64.xor', bits, flips);
      const key = w.select(w.op('f64.eq', value, value), number, w.i64(-1n));
      return w.variable('i64', descending ? w.op('i64.xor', key, w.i64(-1n)) : key);
    }
  }
}

/** A digit of a key, the last one being 0; an i32. */
function digitOf(w: Writer, { hold }: Records, key: Expr, d: number, digit: number): Expr {
  const mask = 2 ** digit - 1;
  if (hold === 'i64') return w.op('i32.and', d === 0 ? key : w.op('i32.shr_u', key, w.i32(d * digit)), w.i32(mask));
  const shifted = d === 0 ? key : w.op('i64.shr_u', key, w.i64(BigInt(d * digit)));
  return w.op('i32.and', w.op('i32.wrap_i64', shifted), w.i32(mask));
}

/** The key of the record at an address. */
const keyAt = (w: Writer, { hold }: Records, address: Expr): Expr =>
  hold === 'i64' ? w.load('i32.load', address, 4) : w.load('i64.load', address);

/** From the last digit on, each round keeps the order of the one before; a digit that all keys share takes none. */
function radixSort(
  w: Writer,
  records: Records,
  n: number,
  digit: number,
  digits: number,
  a: Variable,
  b: Variable,
  counts: Expr,
): void {
  const { bytes, hold } = records;
  const [slot, end, place, amount, f] = [0, 1, 2, 3, 4].map(() => w.variable('i32'));
  for (let d = 0; d < digits; d++) {
    const table = d * 4 * 2 ** digit;
    const slotOf = (address: Expr): Expr =>
      w.add(counts, w.times(digitOf(w, records, keyAt(w, records, address), d, digit), 4));
    w.if(w.op('i32.ne', w.load('i32.load', slotOf(a), table), w.i32(n)), () => {
      // Counts become the addresses of the first records.
      place.set(b);
      slot.set(w.plus(counts, table));
      end.set(w.plus(slot, 4 * 2 ** digit));
      w.repeat(
        () => {
          amount.set(w.load('i32.load', slot));
          w.store('i32.store', slot, place);
          place.set(w.add(place, w.times(amount, bytes)));
          slot.set(w.plus(slot, 4));
        },
        w.op('i32.lt_u', slot, end),
      );
      f.set(a);
      w.count(n, () => {
        const record = w.variable(hold, w.load(hold === 'i64' ? 'i64.load' : 'v128.load', f));
        slot.set(slotOf(f));
        place.set(w.load('i32.load', slot, table));
        w.store('i32.store', slot, w.plus(place, bytes), table);
        w.store(hold === 'i64' ? 'i64.store' : 'v128.store', place, record);
        f.set(w.plus(f, bytes));
      });
      swap(w, a, b);
    });
  }
}

function swap(w: Writer, a: Variable, b: Variable): void {
  const old = w.variable('i32', a);
  a.set(b);
  b.set(old);
}

/** Runs by insertion, then merged in pairs; the result is at `a`. */
function mergeSort(w: Writer, records: Records, n: number, a: Variable, b: Variable): void {
  const { bytes, hold } = records;
  const [load, store] = hold === 'i64' ? (['i64.load', 'i64.store'] as const) : (['v128.load', 'v128.store'] as const);
  const least = (p: Expr, q: Expr): Expr => w.select(w.op('i32.lt_u', p, q), p, q);
  const end = w.variable('i32', w.plus(a, n * bytes));
  const [start, stop, i, j] = [0, 1, 2, 3].map(() => w.variable('i32'));
  const record = w.variable(hold);
  const key = hold === 'i64' ? record : w.variable('i64');
  start.set(a);
  w.while(w.op('i32.lt_u', start, end), () => {
    stop.set(least(w.plus(start, run * bytes), end));
    i.set(w.plus(start, bytes));
    w.while(w.op('i32.lt_u', i, stop), () => {
      record.set(w.load(load, i));
      if (hold === 'v128') key.set(w.load('i64.load', i));
      j.set(i);
      w.code.block((out) => {
        w.code.loop((again) => {
          w.op('i32.le_u', j, start)();
          w.code.brIf(out);
          w.op('i64.le_u', w.load('i64.load', w.plus(j, -bytes)), key)();
          w.code.brIf(out);
          w.store(store, j, w.load(load, w.plus(j, -bytes)));
          j.set(w.plus(j, -bytes));
          w.code.br(again);
        });
      });
      w.store(store, j, record);
      i.set(w.plus(i, bytes));
    });
    start.set(stop);
  });
  const [p, q, pEnd, qEnd, to, right] = [0, 1, 2, 3, 4, 5].map(() => w.variable('i32'));
  for (let width = run; width < n; width *= 2) {
    p.set(a);
    to.set(b);
    end.set(w.plus(a, n * bytes));
    w.while(w.op('i32.lt_u', p, end), () => {
      pEnd.set(least(w.plus(p, width * bytes), end));
      q.set(pEnd);
      qEnd.set(least(w.plus(q, width * bytes), end));
      w.while(w.op('i32.and', w.op('i32.lt_u', p, pEnd), w.op('i32.lt_u', q, qEnd)), () => {
        // Of equal keys the left one comes first.
        right.set(w.op('i64.lt_u', w.load('i64.load', q), w.load('i64.load', p)));
        w.store(store, to, w.load(load, w.select(right, q, p)));
        right.set(w.times(right, bytes));
        q.set(w.add(q, right));
        p.set(w.plus(w.op('i32.sub', p, right), bytes));
        to.set(w.plus(to, bytes));
      });
      const rest = (from: Variable, until: Expr): void =>
        w.while(w.op('i32.lt_u', from, until), () => {
          w.store(store, to, w.load(load, from));
          from.set(w.plus(from, bytes));
          to.set(w.plus(to, bytes));
        });
      rest(p, pEnd);
      rest(q, qEnd);
      p.set(qEnd);
    });
    swap(w, a, b);
  }
}
