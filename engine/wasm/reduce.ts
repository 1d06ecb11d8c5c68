// Reductions of lanes: how two vectors join, accumulators side by side, and what is left as one number.

import type { DType } from '../ir/aval.ts';
import type { Reducer } from '../op.ts';
import type { Code, Local } from './assembler.ts';
import { partsOf, widthOf } from './body.ts';
import { kindOf } from './convert.ts';
import type { Kind } from './lanes.ts';
import type { Fold } from './nest.ts';
import type { Plain } from './opcodes.ts';
import { bitsOf } from './vocabulary.ts';

/** The bits of what changes nothing when it is joined. */
export function identityBits(reducer: Reducer, dtype: DType): bigint {
  const kind = kindOf[dtype];
  const bits = widthOf(kind);
  const float = kind === 'f32' || kind === 'f64';
  switch (reducer) {
    case 'sum':
    case 'any':
      return 0n;
    case 'all':
      return (1n << BigInt(bits)) - 1n;
    case 'prod':
      return dtype === 'bool' ? (1n << BigInt(bits)) - 1n : bitsOf(kind, 1);
    case 'max':
      return float ? bitsOf(kind, -Infinity) : dtype === 'uint8' || dtype === 'bool' ? 0n : 1n << BigInt(bits - 1);
    case 'min':
      if (dtype === 'bool') return (1n << BigInt(bits)) - 1n;
      return float ? bitsOf(kind, Infinity) : dtype === 'uint8' ? 255n : (1n << BigInt(bits - 1)) - 1n;
  }
}

const shapeOf: Record<Kind, string> = {
  f32: 'f32x4',
  f64: 'f64x2',
  i32: 'i32x4',
  i64: 'i64x2',
  m32: 'v128',
  m64: 'v128',
};

/** Leaves x joined with y on the stack. */
export function combine(code: Code, reducer: Reducer, kind: Kind, x: Local, y: Local): void {
  code.get(x);
  code.get(y);
  const shape = shapeOf[kind];
  if (shape === 'v128') {
    // Masks: a sum, a largest and "any" are "or"; a product, a smallest and "all" are "and".
    code.op(reducer === 'all' || reducer === 'prod' || reducer === 'min' ? 'v128.and' : 'v128.or');
  } else if (reducer === 'sum') code.op(`${shape}.add` as Plain);
  else if (reducer === 'prod') code.op(`${shape}.mul` as Plain);
  else if (kind === 'i64') {
    code.get(x);
    code.get(y);
    code.op(reducer === 'max' ? 'i64x2.gt_s' : 'i64x2.lt_s');
    code.op('v128.bitselect');
  } else code.op(`${shape}.${reducer}${kind === 'i32' ? '_s' : ''}` as Plain);
}

/** One vector accumulator for each vector of a loop's step. */
export class Accumulators {
  readonly kind: Kind;
  readonly #reducer: Reducer;
  readonly #identity: bigint;
  readonly #parts: number;
  #locals: Local[] = [];
  /**
   * Where an extremum of floats has met a NaN, as masks: the instruction that takes the larger and ignores NaN is one of
   * the processor's own, the one that hands NaN on is six. A pair of masks serves all accumulators.
   */
  #nans: Local[] = [];
  readonly #nanMasks: boolean;

  constructor({ member }: Fold, step: number) {
    const { dtype } = member.output.aval;
    this.kind = kindOf[dtype];
    this.#reducer = member.reducer!;
    this.#identity = identityBits(this.#reducer, dtype);
    this.#parts = partsOf(this.kind, step);
    const float = this.kind === 'f32' || this.kind === 'f64';
    this.#nanMasks = float && (this.#reducer === 'max' || this.#reducer === 'min');
  }

  #pushIdentity(code: Code, constant: (bits: bigint, width: 32 | 64) => number): void {
    const width = widthOf(this.kind);
    code.i32(0);
    code.mem(width === 32 ? 'v128.load32_splat' : 'v128.load64_splat', constant(this.#identity, width));
  }

  start(code: Code, constant: (bits: bigint, width: 32 | 64) => number): void {
    this.#locals = Array.from({ length: this.#parts }, () => code.local('v128'));
    for (const local of this.#locals) {
      this.#pushIdentity(code, constant);
      code.set(local);
    }
    this.#nans = this.#nanMasks ? this.#locals.slice(0, 2).map(() => code.local('v128')) : [];
    for (const local of this.#nans) {
      code.v128(new Uint8Array(16));
      code.set(local);
    }
  }

  /** Joins `count` lanes of a vector to the accumulator of its part. */
  add(code: Code, part: number, count: number, value: Local, constant: (bits: bigint, width: 32 | 64) => number): void {
    let from = value;
    const lanes = 128 / widthOf(this.kind);
    if (count < lanes) {
      from = code.local('v128');
      code.get(value);
      this.#pushIdentity(code, constant);
      const bytes = new Uint8Array(16);
      bytes.fill(255, 0, (16 / lanes) * count);
      code.v128(bytes);
      code.op('v128.bitselect');
      code.set(from);
    }
    const to = this.#locals[part % this.#locals.length];
    if (this.#nanMasks) {
      const shape = shapeOf[this.kind];
      const nan = this.#nans[part % this.#nans.length];
      code.get(to);
      code.get(from);
      code.op(`${shape}.p${this.#reducer}` as Plain);
      code.set(to);
      code.get(nan);
      code.get(from);
      code.get(from);
      code.op(`${shape}.ne` as Plain);
      code.op('v128.or');
      code.set(nan);
    } else {
      combine(code, this.#reducer, this.kind, to, from);
      code.set(to);
    }
    if (from !== value) code.release(from);
  }

  /**
   * Leaves all lanes of all accumulators, joined, in lane 0 of `result`. They go through memory at an address that is on
   * the stack: pairs of stores are where V8 begins to join vectors, so without them the whole loop stays narrow.
   */
  fold(code: Code, result: Local, address: () => void): void {
    const locals = this.#locals;
    // All bits set are a NaN.
    if (this.#nans.length > 0) {
      locals.forEach((local, i) => {
        code.get(local);
        code.get(this.#nans[i % this.#nans.length]);
        code.op('v128.or');
        code.set(local);
      });
      for (const nan of this.#nans) code.release(nan);
    }
    if (locals.length > 1) {
      const base = code.local('i32');
      address();
      code.set(base);
      for (let i = locals.length - 1; i >= 0; i--) {
        code.get(base);
        code.get(locals[i]);
        code.mem('v128.store', 16 * i);
      }
      locals.forEach((local, i) => {
        code.get(base);
        code.mem('v128.load', 16 * i);
        code.set(local);
      });
      code.release(base);
    }
    for (let gap = 1; gap < locals.length; gap *= 2) {
      for (let i = 0; i + gap < locals.length; i += 2 * gap) {
        combine(code, this.#reducer, this.kind, locals[i], locals[i + gap]);
        code.set(locals[i]);
      }
    }
    const other = code.local('v128');
    const lanes = 128 / widthOf(this.kind);
    for (let half = lanes / 2; half >= 1; half /= 2) {
      const by = (16 / lanes) * half;
      code.get(locals[0]);
      code.get(locals[0]);
      code.shuffle(Array.from({ length: 16 }, (_, i) => (i + by) % 16));
      code.set(other);
      combine(code, this.#reducer, this.kind, locals[0], other);
      code.set(locals[0]);
    }
    code.get(locals[0]);
    code.set(result);
    code.release(other);
    for (const local of locals) code.release(local);
    this.#locals = [];
  }
}
