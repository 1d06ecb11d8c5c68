// Random keys and integers: what is made of Threefry's words one counter at a time.

import { itemBytes, sizeOf } from '../../ir/aval.ts';
import type { Kernel, KernelContext, KernelSite } from '../kernel.ts';
import { threefryFunction } from './threefry.ts';
import type { Expr, Variable, Writer } from './writer.ts';
import { contiguous, elementOf, kernelOf, pieceOf, piecesOf } from './writer.ts';

/** Keys made of others: of seeds, of a key and a number each, or several of each key. */
export interface RandomKeysRequest {
  readonly kind: 'random_keys';
  readonly of: 'seed' | 'fold' | 'split';
  /** Keys for each key of a split. */
  readonly count: number;
}

/** Integers between two bounds, `count` a key. */
export interface RandomIntegersRequest {
  readonly kind: 'random_integers';
  readonly count: number;
}

/** Stores the two words of an i64 as two int64. */
function storeKey(w: Writer, to: Expr, key: Expr): void {
  const both = w.variable('i64', key);
  w.store('i64.store', to, w.op('i64.shr_u', both, w.i64(32n)));
  w.store('i64.store', to, w.op('i64.and', both, w.i64(0xffff_ffffn)), 8);
}

export function randomKeysKernel(context: KernelContext, request: RandomKeysRequest, site: KernelSite): Kernel {
  const inputs = site.inputs.map(contiguous);
  const cipher = threefryFunction(context.module);
  const keys = request.of === 'seed' ? sizeOf(inputs[0].shape) : sizeOf(inputs[0].shape.slice(0, -1));
  return kernelOf(context, site, {}, (w, { inputs: [from, data], outputs: [to] }) => {
    if (keys * request.count === 0) return;
    const [f, t] = [w.variable('i32', from), w.variable('i32', to)];
    if (request.of === 'seed') {
      const { dtype } = inputs[0];
      w.count(keys, () => {
        // A narrower seed has no upper half.
        const seed =
          dtype === 'int64' ? w.load('i64.load', f) : w.op('i64.extend_i32_u', w.load(elementOf(dtype).load, f));
        storeKey(w, t, seed);
        f.set(w.plus(f, itemBytes(dtype)));
        t.set(w.plus(t, 16));
      });
      return;
    }
    const [k0, k1] = [w.load('i32.load', f), w.load('i32.load', f, 8)];
    const d = request.of === 'fold' ? w.variable('i32', data) : null;
    w.count(keys, () => {
      w.count(request.count, (i) => {
        storeKey(w, t, w.call(cipher, k0, k1, w.i32(0), d === null ? i : w.load('i32.load', d)));
        t.set(w.plus(t, 16));
      });
      if (d !== null) d.set(w.plus(d, 8));
      f.set(w.plus(f, 16));
    });
  });
}

/** As random.randint: the rest by the span of a number twice as wide, whose two halves come from two keys. */
export function randomIntegersKernel(context: KernelContext, request: RandomIntegersRequest, site: KernelSite): Kernel {
  const [key] = site.inputs.map(contiguous);
  const { dtype } = site.outputs[0];
  const { count } = request;
  const keys = sizeOf(key.shape.slice(0, -1));
  const cipher = threefryFunction(context.module);
  const wide = dtype === 'int64';
  const total = keys * count;
  const chunks = piecesOf(total, total * 60);
  return kernelOf(context, site, { chunks }, (w, { inputs: [from, lows, highs], outputs: [out], chunk }) => {
    if (total === 0) return;
    const piece = pieceOf(w, chunk, total, chunks);
    const i = w.variable('i32', piece.from);
    const [f, at, element] = [w.variable('i32'), w.variable('i32'), w.variable('i32')];
    const halves = [0, 1].map(() => [w.variable('i32'), w.variable('i32')] as const);
    const word = w.variable('i64');
    // The first element of a key, and the one where the piece starts, derive the keys of both halves.
    const derive = (): void => {
      f.set(w.add(from, w.times(w.op('i32.div_u', i, w.i32(count)), 16)));
      halves.forEach(([k0, k1], h) => {
        word.set(w.call(cipher, w.load('i32.load', f), w.load('i32.load', f, 8), w.i32(0), w.i32(h)));
        k0.set(w.op('i32.wrap_i64', w.op('i64.shr_u', word, w.i64(32n))));
        k1.set(w.op('i32.wrap_i64', word));
      });
    };
    const bits = ([k0, k1]: readonly [Variable, Variable]): Variable => {
      word.set(w.call(cipher, k0, k1, w.i32(0), element));
      const folded = w.op('i64.xor', w.op('i64.shr_u', word, w.i64(32n)), w.op('i64.and', word, w.i64(0xffff_ffffn)));
      return w.variable('i64', wide ? word : folded);
    };
    derive();
    w.range(i, i, piece.to, 1, () => {
      element.set(w.op('i32.rem_u', i, w.i32(count)));
      w.if(w.op('i32.eqz', element), derive);
      at.set(w.times(i, 8));
      const low = w.variable('i64', w.load('i64.load', w.add(lows, at)));
      const high = w.variable('i64', w.load('i64.load', w.add(highs, at)));
      if (!wide) {
        const [least, most] = dtype === 'uint8' ? [0n, 255n] : [-(1n << 31n), (1n << 31n) - 1n];
        clip(w, low, least, most);
        clip(w, high, least, most + 1n);
      }
      const span = w.variable('i64', w.select(w.op('i64.gt_s', high, low), w.op('i64.sub', high, low), w.i64(1n)));
      // A span of all 32-bit numbers is 2^32 here, by which nothing changes: as one that has wrapped to 0 there.
      const wrap = (x: Expr): Expr => (wide ? x : w.op('i64.and', x, w.i64(0xffff_ffffn)));
      const rest = (x: Expr): Expr => w.op('i64.rem_u', x, span);
      const half = w.variable('i64', rest(w.i64(1n << (wide ? 32n : 16n))));
      const multiplier = rest(wrap(w.op('i64.mul', half, half)));
      const upper = wrap(w.op('i64.mul', rest(bits(halves[0])), multiplier));
      const lower = rest(bits(halves[1]));
      const offset = rest(wrap(w.op('i64.add', upper, lower)));
      const value = w.variable('i64', w.op('i64.add', low, offset));
      const { store, bytes } = elementOf(dtype);
      w.store(store, w.add(out, w.times(i, bytes)), wide ? value : w.op('i32.wrap_i64', value));
    });
  });
}

function clip(w: Writer, x: Variable, least: bigint, most: bigint): void {
  x.set(w.select(w.op('i64.lt_s', x, w.i64(least)), w.i64(least), x));
  x.set(w.select(w.op('i64.gt_s', x, w.i64(most)), w.i64(most), x));
}
