// Indices made non-negative and checked against the axis they index.

import { sizeOf } from '../../ir/aval.ts';
import type { Kernel, KernelContext, KernelSite } from '../kernel.ts';
import type { Expr } from './writer.ts';
import { contiguous, elementOf, kernelOf, pieceOf, piecesOf } from './writer.ts';

/** Negative indices count from the end; what is out of bounds traps, or becomes the nearest end or the rest of a division. */
export interface NormalizeIndexRequest {
  readonly kind: 'normalize_index';
  readonly size: number;
  readonly mode: 'error' | 'clip' | 'wrap';
}

export function normalizeIndexKernel(context: KernelContext, request: NormalizeIndexRequest, site: KernelSite): Kernel {
  const index = contiguous(site.inputs[0]);
  const { mode } = request;
  const count = sizeOf(index.shape);
  const { bytes, load, store, type } = elementOf(index.dtype);
  const chunks = piecesOf(count, 2 * count);
  return kernelOf(context, site, { chunks, inPlace: [0] }, (w, { inputs: [from], outputs: [to], chunk }) => {
    if (count === 0) return;
    if (request.size === 0) {
      w.code.op('unreachable');
      return;
    }
    const size = w.i64(BigInt(request.size));
    const piece = pieceOf(w, chunk, count, chunks);
    const [i, f, t] = [w.variable('i32'), w.variable('i32'), w.variable('i32')];
    f.set(w.add(from, w.times(piece.from, bytes)));
    t.set(w.add(to, w.times(piece.from, bytes)));
    const given = w.variable('i64');
    const at = w.variable('i64');
    const signed: Expr =
      type === 'i64'
        ? w.load(load, f)
        : w.op(index.dtype === 'int32' ? 'i64.extend_i32_s' : 'i64.extend_i32_u', w.load(load, f));
    w.range(i, piece.from, piece.to, 1, () => {
      given.set(signed);
      const negative = w.op('i64.lt_s', given, w.i64(0n));
      at.set(w.select(negative, w.op('i64.add', given, size), given));
      // As numbers without sign, what is negative is too large.
      w.if(w.op('i64.ge_u', at, size), () => {
        if (mode === 'error') w.code.op('unreachable');
        else if (mode === 'clip') {
          at.set(w.select(w.op('i64.lt_s', at, w.i64(0n)), w.i64(0n), w.i64(BigInt(request.size - 1))));
        } else {
          // The interpreter's indices are float64: as large ones round, they do here.
          const size64 = w.op('i64.trunc_sat_f64_u', w.op('f64.abs', w.op('f64.convert_i64_s', given)));
          at.set(w.op('i64.rem_u', size64, size));
          const other = w.op('i64.sub', size, at);
          const turns = w.op('i32.and', negative, w.op('i64.ne', at, w.i64(0n)));
          at.set(w.select(turns, other, at));
        }
      });
      w.store(store, t, type === 'i64' ? at : w.op('i32.wrap_i64', at));
      f.set(w.plus(f, bytes));
      t.set(w.plus(t, bytes));
    });
  });
}
