// The maps from random bits to draws, on vectors: those of numeric/random.ts and numeric/xla.ts, bit for bit.

import { double16, double625, doubleBeyond, log1pBottom, log1pTop, single5, singleBeyond } from '../../numeric/xla.ts';
import type { KernelContext } from '../kernel.ts';
import type { Plain } from '../opcodes.ts';
import { bitsOf } from '../vocabulary.ts';
import type { Expr, Variable, Writer } from './writer.ts';

export type Distribution = 'uniform' | 'normal' | 'exponential' | 'gumbel' | 'laplace' | 'logistic';

/** An unevaluated sum, the second part below half an ulp of the first. */
interface Pair {
  readonly high: Variable;
  readonly low: Variable;
}

/**
 * Floats of one width as XLA computes them. Every product that is added to is fused, so the code needs an engine where
 * relaxed multiplication and addition round once. The sources of the formulas stand in numeric/xla.ts.
 */
export class Distributions {
  readonly #w: Writer;
  readonly #context: KernelContext;
  readonly #shape: 'f32x4' | 'f64x2';
  readonly #wide: boolean;

  constructor(w: Writer, context: KernelContext, shape: 'f32x4' | 'f64x2') {
    this.#w = w;
    this.#context = context;
    this.#shape = shape;
    this.#wide = shape === 'f64x2';
  }

  /** Draws of random words, as wide as the floats. */
  draw(distribution: Distribution, bits: Expr): Expr {
    const [tiny, below] = this.#wide ? [2 ** -1022, 2 ** -53] : [2 ** -126, 2 ** -24];
    switch (distribution) {
      case 'uniform':
        return this.#uniform(bits, 0);
      case 'normal': {
        const u = this.#uniform(bits, below - 1);
        return this.#op('mul', this.#const(Math.SQRT2), this.#erfinv(u));
      }
      case 'exponential':
        return this.#negative(this.#log1p(this.#held(this.#negative(this.#uniform(bits, 0)))));
      case 'gumbel':
        return this.#negative(this.#log(this.#held(this.#negative(this.#log(this.#uniform(bits, tiny))))));
      case 'laplace': {
        // No draw is 0.
        const u = this.#uniform(bits, below - 1);
        const sign = this.#held(this.#w.op('v128.and', u, this.#sign()));
        return this.#w.op('v128.xor', this.#log1p(this.#held(this.#w.op('v128.or', u, this.#sign()))), sign);
      }
      case 'logistic': {
        const u = this.#uniform(bits, tiny);
        return this.#op('sub', this.#log(u), this.#log1p(this.#held(this.#negative(u))));
      }
    }
  }

  // -- words -------------------------------------------------------------------------------------------------------

  #held(x: Expr): Variable {
    return this.#w.variable('v128', x);
  }

  #const(x: number): Expr {
    return this.#w.splat(this.#context, bitsOf(this.#wide ? 'f64' : 'f32', x), this.#wide ? 64 : 32);
  }

  #bits(n: bigint): Expr {
    return this.#w.splat(this.#context, bitsOf(this.#wide ? 'i64' : 'i32', n), this.#wide ? 64 : 32);
  }

  #sign(): Expr {
    return this.#bits(1n << (this.#wide ? 63n : 31n));
  }

  #op(name: 'add' | 'sub' | 'mul' | 'div' | 'lt' | 'sqrt' | 'pmax', ...xs: Expr[]): Expr {
    return this.#w.op(`${this.#shape}.${name}` as Plain, ...xs);
  }

  #int(name: 'add' | 'sub' | 'shr_u', ...xs: Expr[]): Expr {
    return this.#w.op(`${this.#wide ? 'i64x2' : 'i32x4'}.${name}` as Plain, ...xs);
  }

  #fma(x: Expr, y: Expr, z: Expr): Expr {
    return this.#w.op(this.#wide ? 'f64x2.relaxed_madd' : 'f32x4.relaxed_madd', x, y, z);
  }

  #negative(x: Expr): Expr {
    return this.#w.op('v128.xor', x, this.#sign());
  }

  #select(mask: Expr, x: Expr, y: Expr): Variable {
    return this.#held(this.#w.op('v128.bitselect', x, y, mask));
  }

  #horner(coefficients: readonly Expr[], x: Expr): Expr {
    return coefficients.reduce((sum, next) => this.#fma(sum, x, next));
  }

  #polynomial(coefficients: readonly number[], x: Expr): Expr {
    return this.#horner(
      coefficients.map((c) => this.#const(c)),
      x,
    );
  }

  // -- functions ---------------------------------------------------------------------------------------------------

  /** Uniform from low up to and without 1. */
  #uniform(bits: Expr, low: number): Variable {
    const round = this.#wide ? (x: number): number => x : Math.fround;
    // The top bits as the fraction of a number from 1 to 2.
    const one = this.#const(1);
    const shifted = this.#int('shr_u', bits, this.#w.i32(this.#wide ? 12 : 9));
    const fraction = this.#op('sub', this.#w.op('v128.or', shifted, one), one);
    if (low === 0) return this.#held(fraction);
    const [least, span] = [this.#const(low), this.#const(round(1 - round(low)))];
    return this.#held(this.#op('pmax', least, this.#fma(fraction, span, least)));
  }

  /** Of positive normal numbers. */
  #log(x: Variable): Variable {
    return this.#wide ? this.#log64(x) : this.#log32(x);
  }

  #log32(x: Variable): Variable {
    const c = (n: number): Expr => this.#const(n);
    const { m, e } = this.#parts(x, 0.7071067690849304);
    const square = this.#held(this.#op('mul', m, m));
    const cube = this.#held(this.#op('mul', square, m));
    const a = this.#polynomial([0.07037683576345444, -0.11514610052108765, 0.11676998436450958], m);
    const b = this.#polynomial([-0.12420140951871872, 0.14249323308467865, -0.16668057441711426], m);
    const d = this.#polynomial([0.2000071406364441, -0.24999994039535522, 0.3333333134651184], m);
    const y = this.#fma(this.#fma(a, cube, b), cube, d);
    const tail = this.#fma(y, cube, this.#op('mul', e, c(-0.00021219444170128554)));
    const sum = this.#op('add', this.#fma(square, c(-0.5), m), tail);
    return this.#held(this.#fma(e, c(0.693359375), sum));
  }

  /** x = 2^e (1 + m) with 1 + m from `half` up to twice that. */
  #parts(x: Variable, half: number): { m: Variable; e: Variable } {
    const w = this.#w;
    const [mantissa, shift, bias] = this.#wide ? [(1n << 52n) - 1n, 52, 1022n] : [(1n << 23n) - 1n, 23, 126n];
    const m = this.#held(w.op('v128.or', w.op('v128.and', x, this.#bits(mantissa)), this.#const(0.5)));
    const low = this.#held(this.#op('lt', m, this.#const(half)));
    // A mask is −1 as an integer.
    const exponent = this.#int('add', this.#int('sub', this.#int('shr_u', x, w.i32(shift)), this.#bits(bias)), low);
    m.set(this.#op('add', this.#op('sub', m, this.#const(1)), w.op('v128.and', m, low)));
    if (!this.#wide) return { m, e: this.#held(w.op('f32x4.convert_i32x4_s', exponent)) };
    // A small integer added to the bits of 1.5 · 2^52 is added to the number.
    const magic = this.#const(1.5 * 2 ** 52);
    return { m, e: this.#held(this.#op('sub', this.#int('add', exponent, magic), magic)) };
  }

  /**
   * Rounded right but for one argument in 2^40, as the interpreter's: 2 artanh s for s = m/(2 + m), summed in pairs of floats.
   */
  #log64(x: Variable): Variable {
    const c = (n: number): Expr => this.#const(n);
    const { m, e } = this.#parts(x, Math.SQRT1_2);
    const bottom = this.#quickSum(c(2), m);
    const first = this.#held(this.#op('div', m, bottom.high));
    const rest = this.#op('sub', this.#fma(this.#negative(first), bottom.high, m), this.#op('mul', first, bottom.low));
    const s: Pair = { high: first, low: this.#held(this.#op('div', rest, bottom.high)) };
    const z = this.#times(s, s);
    // Σ zᵏ/(2k + 1): from z¹¹ on, terms are below 2^-55 of the first.
    const small = Array.from({ length: 11 }, (_, i) => 1 / (2 * (21 - i) + 1));
    let sum: Pair = { high: this.#held(this.#polynomial(small, z.high)), low: this.#held(c(0)) };
    for (let k = 10; k >= 1; k--) {
      const n = 2 * k + 1;
      const high = 1 / n;
      sum = this.#plus(this.#times(sum, z), high, reciprocalRest(n, high));
    }
    sum = this.#times(this.#times(sum, z), s);
    // ln 2 in two parts.
    const [ln2, ln2Rest] = [Math.LN2, 2.3190468138462996e-17];
    const whole = this.#held(this.#op('mul', e, c(ln2)));
    const wholeRest = this.#fma(e, c(ln2Rest), this.#fma(e, c(ln2), this.#negative(whole)));
    // e ln 2 + 2 s + 2 s Σ: each smaller than the one before, or the one before is 0.
    const twice = (y: Expr): Expr => this.#op('add', y, y);
    const head = this.#twoSum(whole, this.#held(twice(s.high)));
    const tail = this.#twoSum(head.high, this.#held(twice(sum.high)));
    const lows = [head.low, tail.low, this.#held(twice(s.low)), this.#held(twice(sum.low))];
    const low = lows.reduce<Expr>((p, q) => this.#op('add', p, q), this.#held(wholeRest));
    return this.#held(this.#op('add', tail.high, low));
  }

  /** x + y where |x| ≥ |y|. */
  #quickSum(x: Expr, y: Expr): Pair {
    const high = this.#held(this.#op('add', x, y));
    return { high, low: this.#held(this.#op('sub', y, this.#op('sub', high, x))) };
  }

  #twoSum(x: Variable, y: Variable): Pair {
    const high = this.#held(this.#op('add', x, y));
    const part = this.#held(this.#op('sub', high, x));
    const left = this.#op('sub', x, this.#op('sub', high, part));
    return { high, low: this.#held(this.#op('add', left, this.#op('sub', y, part))) };
  }

  #times(x: Pair, y: Pair): Pair {
    const high = this.#held(this.#op('mul', x.high, y.high));
    const low = this.#fma(x.high, y.high, this.#negative(high));
    return this.#quickSum(high, this.#held(this.#fma(x.low, y.high, this.#fma(x.high, y.low, low))));
  }

  /** A pair plus a larger constant in two parts. */
  #plus(x: Pair, high: number, low: number): Pair {
    const sum = this.#quickSum(this.#const(high), x.high);
    const rest = this.#op('add', this.#op('add', x.low, this.#const(low)), sum.low);
    return this.#quickSum(sum.high, this.#held(rest));
  }

  #log1p(x: Variable): Variable {
    const square = this.#held(this.#op('mul', x, x));
    const ratio = this.#op('div', this.#polynomial(log1pTop, x), this.#polynomial(log1pBottom, x));
    const rest = this.#op('mul', this.#op('mul', x, square), ratio);
    const small = this.#held(this.#op('add', x, this.#fma(square, this.#const(-0.5), rest)));
    const large = this.#log(this.#held(this.#op('add', x, this.#const(1))));
    const size = this.#w.op('v128.andnot', x, this.#sign());
    return this.#select(this.#op('lt', size, this.#const(0.41421356237309503)), small, large);
  }

  /** Within (−1, 1). */
  #erfinv(x: Variable): Expr {
    const square = this.#held(this.#negative(this.#op('mul', x, x)));
    const v = this.#held(this.#negative(this.#log1p(square)));
    return this.#op('mul', this.#wide ? this.#giles64(v) : this.#giles32(v), x);
  }

  /** erfinv(x)/x of −log(1 − x²). */
  #giles32(v: Variable): Expr {
    const near = this.#held(this.#op('lt', v, this.#const(5)));
    const within = this.#op('sub', v, this.#const(2.5));
    const t = this.#select(near, within, this.#op('sub', this.#op('sqrt', v), this.#const(3)));
    return this.#horner(
      single5.map((n, i) => this.#w.op('v128.bitselect', this.#const(n), this.#const(singleBeyond[i]), near)),
      t,
    );
  }

  #giles64(v: Variable): Expr {
    const w = this.#w;
    const near = this.#held(this.#op('lt', v, this.#const(6.25)));
    const y = this.#held(this.#polynomial(double625, this.#held(this.#op('sub', v, this.#const(3.125)))));
    // One draw in a thousand.
    w.if(w.op('i32.eqz', w.op('i64x2.all_true', near)), () => {
      const root = this.#held(this.#op('sqrt', v));
      const middle = this.#held(this.#polynomial(double16, this.#held(this.#op('sub', root, this.#const(3.25)))));
      const far = this.#held(this.#polynomial(doubleBeyond, this.#held(this.#op('sub', root, this.#const(5)))));
      const outside = this.#select(this.#op('lt', v, this.#const(16)), middle, far);
      y.set(w.op('v128.bitselect', y, outside, near));
    });
    return y;
  }
}

/** 1/n − high for high = 1/n rounded: (1 − n high)/n, where n high misses 1 by some 2^-53 and bits enough to say it. */
function reciprocalRest(n: number, high: number): number {
  const scale = 2n ** 110n;
  const exact = scale / BigInt(n);
  // A power of two times high is an integer.
  return Number(exact - BigInt(high * 2 ** 60) * 2n ** 50n) / 2 ** 110;
}
