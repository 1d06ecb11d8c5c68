// Random bits and draws: Threefry on eight counters at once, and from its words on to floats.

import { sizeOf } from '../../ir/aval.ts';
import { bitsOf } from '../vocabulary.ts';
import type { Kernel, KernelContext, KernelSite } from '../kernel.ts';
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
  readonly distribution: 'uniform' | 'normal' | 'exponential' | 'gumbel' | 'laplace' | 'logistic';
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

/** Null where the distribution cannot be had bit for bit: in float64, where its logarithm is of twice the precision, or unfused. */
export function randomDrawKernel(context: KernelContext, request: RandomDrawRequest, site: KernelSite): Kernel | null {
  const { distribution, count } = request;
  const wide = site.outputs[0].dtype === 'float64';
  if (wide && distribution === 'uniform') {
    // The top 52 bits as the fraction of a number from 1 to 2.
    return counting(context, count, site, 4, (w) => (words, to) => {
      const one = w.splat(context, bitsOf('f64', 1), 64);
      words.forEach(([x, y], i) =>
        [low64, high64].forEach((order, half) => {
          const fraction = w.op('i64x2.shr_u', w.shuffle(order, y, x), w.i32(12));
          w.store('v128.store', to, w.op('f64x2.sub', w.op('v128.or', fraction, one), one), 32 * i + 16 * half);
        }),
      );
    });
  }
  if (wide || (distribution !== 'uniform' && !context.fused)) return null;
  return counting(context, count, site, distribution === 'uniform' ? 3 : 6, (w) => (words, to) => {
    const f = new Floats(w, context);
    const draws = words.map(([x, y]) => w.variable('v128', f.draw(distribution, w.op('v128.xor', x, y))));
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
        const s = w.variable('i32');
        const left = count % step;
        const end = left === 0 ? within.to : least(w, within.to, steps - 1);
        w.range(s, within.from, end, 1, () => {
          draw(to);
          to.set(w.plus(to, step * bytes));
        });
        if (left > 0) {
          w.if(w.op('i32.eq', within.to, w.i32(steps)), () => {
            const last = w.plus(own, 4 * step);
            draw(last);
            w.copy(to, last, w.i32(left * bytes));
          });
        }
      });
    },
  );
}

function least(w: Writer, x: Expr, n: number): Variable {
  return w.variable('i32', w.select(w.op('i32.lt_s', x, w.i32(n)), x, w.i32(n)));
}

/**
 * The maps from 32 random bits to float32 draws as XLA computes them; each product that is added to is fused. They are those
 * of numeric/random.ts and numeric/xla.ts, where their sources stand.
 */
class Floats {
  readonly #w: Writer;
  readonly #context: KernelContext;

  constructor(w: Writer, context: KernelContext) {
    this.#w = w;
    this.#context = context;
  }

  #held(x: Expr): Variable {
    return this.#w.variable('v128', x);
  }

  #const(x: number): Expr {
    return this.#w.splat(this.#context, bitsOf('f32', x), 32);
  }

  #bits(n: number): Expr {
    return this.#w.splat(this.#context, bitsOf('i32', n), 32);
  }

  #fma(x: Expr, y: Expr, z: Expr): Expr {
    return this.#w.op('f32x4.relaxed_madd', x, y, z);
  }

  #negative(x: Expr): Expr {
    return this.#w.op('v128.xor', x, this.#bits(-0x80000000));
  }

  /** Uniform from low up to and without high. */
  #uniform(bits: Expr, low: number, high: number): Variable {
    const w = this.#w;
    const one = this.#const(1);
    const fraction = w.op('f32x4.sub', w.op('v128.or', w.op('i32x4.shr_u', bits, w.i32(9)), one), one);
    if (low === 0 && high === 1) return this.#held(fraction);
    const [least, span] = [Math.fround(low), Math.fround(Math.fround(high) - Math.fround(low))];
    return this.#held(
      w.op('f32x4.pmax', this.#const(least), this.#fma(fraction, this.#const(span), this.#const(least))),
    );
  }

  draw(distribution: RandomDrawRequest['distribution'], bits: Expr): Expr {
    const w = this.#w;
    const [tiny, below] = [2 ** -126, 2 ** -24];
    switch (distribution) {
      case 'uniform':
        return this.#uniform(bits, 0, 1);
      case 'normal': {
        const u = this.#uniform(bits, below - 1, 1);
        return w.op('f32x4.mul', this.#const(Math.fround(Math.SQRT2)), this.#erfinv(u));
      }
      case 'exponential':
        return this.#negative(this.#log1p(this.#held(this.#negative(this.#uniform(bits, 0, 1)))));
      case 'gumbel': {
        const inner = this.#held(this.#negative(this.#log(this.#uniform(bits, tiny, 1))));
        return this.#negative(this.#log(inner));
      }
      case 'laplace': {
        // No draw is 0.
        const u = this.#uniform(bits, below - 1, 1);
        const sign = this.#held(w.op('v128.and', u, this.#bits(-0x80000000)));
        const size = this.#held(w.op('v128.or', u, this.#bits(-0x80000000)));
        return w.op('v128.xor', this.#log1p(size), sign);
      }
      case 'logistic': {
        const u = this.#uniform(bits, tiny, 1);
        return w.op('f32x4.sub', this.#log(u), this.#log1p(this.#held(this.#negative(u))));
      }
    }
  }

  /** Of positive normal numbers. */
  #log(x: Variable): Expr {
    const w = this.#w;
    const c = (n: number): Expr => this.#const(n);
    const m = this.#held(w.op('v128.or', w.op('v128.and', x, this.#bits(0x807f_ffff | 0)), c(0.5)));
    const low = this.#held(w.op('f32x4.lt', m, c(0.7071067690849304)));
    // A mask is −1 as an integer.
    const exponent = w.op('i32x4.sub', w.op('i32x4.shr_u', x, w.i32(23)), this.#bits(126));
    const e = this.#held(w.op('f32x4.convert_i32x4_s', w.op('i32x4.add', exponent, low)));
    m.set(w.op('f32x4.add', w.op('f32x4.sub', m, c(1)), w.op('v128.and', m, low)));
    const square = this.#held(w.op('f32x4.mul', m, m));
    const cube = this.#held(w.op('f32x4.mul', square, m));
    const cubic = (p: number, q: number, r: number): Expr => this.#fma(this.#fma(m, c(p), c(q)), m, c(r));
    const a = cubic(0.07037683576345444, -0.11514610052108765, 0.11676998436450958);
    const b = cubic(-0.12420140951871872, 0.14249323308467865, -0.16668057441711426);
    const d = cubic(0.2000071406364441, -0.24999994039535522, 0.3333333134651184);
    const y = this.#fma(this.#fma(a, cube, b), cube, d);
    const tail = this.#fma(y, cube, w.op('f32x4.mul', e, c(-0.00021219444170128554)));
    return this.#fma(e, c(0.693359375), w.op('f32x4.add', this.#fma(square, c(-0.5), m), tail));
  }

  #horner(coefficients: readonly Expr[], x: Expr): Expr {
    return coefficients.reduce((sum, next) => this.#fma(sum, x, next));
  }

  #log1p(x: Variable): Variable {
    const w = this.#w;
    const top = [
      4.52700008624452e-5, 0.49854102823193375, 6.578732594206104, 29.911919328553072, 60.94966798098779,
      57.11296359058554, 20.039553499201283,
    ].map((n) => this.#const(n));
    const bottom = [
      1, 15.062909083469192, 83.04756596796722, 221.76239823732857, 309.09872225312057, 216.42788614495947,
      60.11866049760384,
    ].map((n) => this.#const(n));
    const square = this.#held(w.op('f32x4.mul', x, x));
    const ratio = w.op('f32x4.div', this.#horner(top, x), this.#horner(bottom, x));
    const rest = w.op('f32x4.mul', w.op('f32x4.mul', x, square), ratio);
    const small = this.#held(w.op('f32x4.add', x, this.#fma(square, this.#const(-0.5), rest)));
    const large = this.#log(this.#held(w.op('f32x4.add', x, this.#const(1))));
    const size = w.op('v128.andnot', x, this.#bits(-0x80000000));
    const isSmall = w.op('f32x4.lt', size, this.#const(0.41421356237309503));
    return this.#held(w.op('v128.bitselect', small, large, isSmall));
  }

  /** Within (−1, 1). */
  #erfinv(x: Variable): Expr {
    const w = this.#w;
    const square = this.#negative(w.op('f32x4.mul', x, x));
    const v = this.#held(this.#negative(this.#log1p(this.#held(square))));
    const near = this.#held(w.op('f32x4.lt', v, this.#const(5)));
    const within = w.op('f32x4.sub', v, this.#const(2.5));
    const outside = w.op('f32x4.sub', w.op('f32x4.sqrt', v), this.#const(3));
    const t = this.#held(w.op('v128.bitselect', within, outside, near));
    const central = [
      2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503, -0.00417768164,
      0.246640727, 1.50140941,
    ];
    const beyond = [
      -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047,
      1.00167406, 2.83297682,
    ];
    const coefficients = central.map((n, i) => w.op('v128.bitselect', this.#const(n), this.#const(beyond[i]), near));
    return w.op('f32x4.mul', this.#horner(coefficients, t), x);
  }
}
