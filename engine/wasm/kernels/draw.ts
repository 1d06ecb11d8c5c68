// Random bits and draws: Threefry on eight counters at once, and from its words on to floats.

import { sizeOf } from '../../ir/aval.ts';
import type { Kernel, KernelContext, KernelSite } from '../kernel.ts';
import type { Distribution } from './distributions.ts';
import { Distributions } from './distributions.ts';
import { parity, encipherVectors } from './threefry.ts';
import type { Expr, Variable, Writer } from './writer.ts';
import { contiguous, elementOf, kernelOf, pieceOf, piecesOf } from './writer.ts';

/** 32 random bits for each of `count` elements, as a number, or 64. */
export interface RandomBitsRequest {
  readonly kind: 'random_bits';
  readonly count: number;
  readonly width: 32 | 64;
}

/** `count` floats a key from a distribution without parameters. */
export interface RandomDrawRequest {
  readonly kind: 'random_draw';
  readonly count: number;
  readonly distribution: Distribution;
}

/** Counters of a step. */
const step = 8;
/** Writes what the words of a step are made into, at an address. */
type Sink = (words: readonly (readonly [Variable, Variable])[], to: Expr) => void;

export function randomBitsKernel(context: KernelContext, request: RandomBitsRequest, site: KernelSite): Kernel {
  return counting(
    context,
    request.count,
    site,
    3,
    (w) => (words, to) =>
      words.forEach(([x, y], i) => {
        if (request.width === 64) {
          w.store('v128.store', to, w.shuffle(low64, y, x), 32 * i);
          w.store('v128.store', to, w.shuffle(high64, y, x), 32 * i + 16);
        } else {
          const bits = w.variable('v128', w.op('v128.xor', x, y));
          w.store('v128.store', to, w.op('i64x2.extend_low_i32x4_u', bits), 32 * i);
          w.store('v128.store', to, w.op('i64x2.extend_high_i32x4_u', bits), 32 * i + 16);
        }
      }),
  );
}

/** Words in turn: 64 bits each, the first operand below. */
const low64 = [0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23];
const high64 = low64.map((i) => i + 8);

/** Null where the distribution cannot be had bit for bit: without fused multiplication there is the uniform one alone. */
export function randomDrawKernel(context: KernelContext, request: RandomDrawRequest, site: KernelSite): Kernel | null {
  const { distribution, count } = request;
  const wide = site.outputs[0].dtype === 'float64';
  if (distribution !== 'uniform' && !context.fused) return null;
  const nanoseconds = distribution === 'uniform' ? 3 : wide ? 70 : 6;
  return counting(context, count, site, nanoseconds, (w) => (words, to) => {
    const floats = new Distributions(w, context, wide ? 'f64x2' : 'f32x4');
    const bits = words.flatMap(([x, y]) =>
      wide ? [w.shuffle(low64, y, x), w.shuffle(high64, y, x)] : [w.op('v128.xor', x, y)],
    );
    const draws = bits.map((word) => w.variable('v128', floats.draw(distribution, word)));
    draws.forEach((drawn, i) => w.store('v128.store', to, drawn, 16 * i));
  });
}

/** A kernel over keys, and for each over counters from 0 to `count`. */
function counting(
  context: KernelContext,
  count: number,
  site: KernelSite,
  nanoseconds: number,
  write: (w: Writer) => Sink,
): Kernel {
  const key = contiguous(site.inputs[0]);
  const [output] = site.outputs;
  const { bytes } = elementOf(output.dtype);
  const keys = sizeOf(key.shape.slice(0, -1));
  const steps = Math.ceil(count / step);
  // Keys are shared out where there are enough of them, else the counters of each.
  const byKey = keys >= 16;
  const items = byKey ? keys : steps;
  const chunks = piecesOf(items, keys * count * nanoseconds);
  // Counters, where the loop finds them in pairs of vectors, a last step that is not whole, and the words of the key.
  const keysAt = 4 * step + 8 * step;
  const each = keysAt + 16;
  return kernelOf(
    context,
    site,
    { chunks, scratchBytes: chunks * each },
    (w, { inputs: [from], outputs: [out], scratch, chunk }) => {
      if (keys * count === 0) return;
      const piece = pieceOf(w, chunk, items, chunks);
      const whole = { from: w.i32(0), to: w.i32(byKey ? steps : keys) };
      const [over, within] = byKey ? [piece, whole] : [whole, piece];
      const own = w.variable('i32', w.add(scratch, w.times(chunk, each)));
      const [k, at, to, first] = [0, 1, 2, 3].map(() => w.variable('i32'));
      const sink = write(w);
      const draw = (target: Expr): void => {
        // All loads come before all stores, and both vectors share what is splat, so that V8 can join the two.
        const words = [0, 1, 2].map((i) => w.variable('v128', w.load('v128.load32_splat', own, keysAt + 4 * i)));
        const turns = [0, 1, 2, 3, 4, 5].map((n) => w.variable('v128', w.splat(context, BigInt(n), 32)));
        const by = w.variable('v128', w.splat(context, BigInt(step), 32));
        const counters = Array.from({ length: step / 4 }, (_, i) =>
          w.variable('v128', w.load('v128.load', own, 16 * i)),
        );
        const next = counters.map((c) => w.variable('v128', w.op('i32x4.add', c, by)));
        const made = counters.map((counter) => encipherVectors(w, turns, words, counter));
        next.forEach((counter, i) => w.store('v128.store', own, counter, 16 * i));
        sink(made, target);
      };
      w.range(k, over.from, over.to, 1, () => {
        at.set(w.add(from, w.times(k, 16)));
        const [k0, k1] = [w.load('i32.load', at), w.load('i32.load', at, 8)];
        const k2 = w.op('i32.xor', w.op('i32.xor', k0, k1), w.i32(parity));
        [k0, k1, k2].forEach((k, i) => w.store('i32.store', own, k, keysAt + 4 * i));
        first.set(w.times(within.from, step));
        for (let i = 0; i < step; i++) w.store('i32.store', own, w.plus(first, i), 4 * i);
        to.set(w.add(out, w.times(w.add(w.times(k, count), first), bytes)));
        const [s, last, target] = [w.variable('i32'), w.variable('i32', w.plus(own, 4 * step)), w.variable('i32')];
        const left = count % step;
        w.range(s, within.from, within.to, 1, () => {
          target.set(left === 0 ? to : w.select(w.op('i32.eq', s, w.i32(steps - 1)), last, to));
          draw(target);
          to.set(w.plus(to, step * bytes));
        });
        if (left > 0) {
          w.if(w.op('i32.eq', within.to, w.i32(steps)), () =>
            w.copy(w.plus(to, -step * bytes), last, w.i32(left * bytes)),
          );
        }
      });
    },
  );
}
