// What kernels are written with: expressions and loops over the assembler, the elements of dtypes, pieces of work.

import type { DType } from '../../ir/aval.ts';
import { itemBytes, sizeOf, stridesOf } from '../../ir/aval.ts';
import { invariant } from '../../errors.ts';
import type { Code, FunctionRef, Label, Local, ValueType } from '../assembler.ts';
import type { Kernel, KernelContext, KernelSite, StridedPlace } from '../kernel.ts';
import type { Lane, Memory, Plain } from '../opcodes.ts';

/** Puts one value on the stack. */
export type Expr = () => void;

/** A local variable: an expression that can be assigned. */
export interface Variable {
  (): void;
  readonly set: (value: Expr) => void;
}

/** Writes the body of one function in expressions rather than stack order. */
export class Writer {
  readonly code: Code;

  constructor(code: Code) {
    this.code = code;
  }

  #named(local: Local): Variable {
    return Object.assign(() => this.code.get(local), {
      set: (value: Expr) => {
        value();
        this.code.set(local);
      },
    });
  }

  param(i: number): Variable {
    return this.#named(this.code.param(i));
  }

  variable(type: ValueType, value?: Expr): Variable {
    const made = this.#named(this.code.local(type));
    if (value !== undefined) made.set(value);
    return made;
  }

  i32(n: number): Expr {
    return () => this.code.i32(n);
  }

  i64(n: bigint): Expr {
    return () => this.code.i64(n);
  }

  /** An instruction on operands; called at once, one without a result is a statement. */
  op(name: Plain, ...args: readonly Expr[]): Expr {
    return () => {
      for (const arg of args) arg();
      this.code.op(name);
    };
  }

  lane(name: Lane, index: number, ...args: readonly Expr[]): Expr {
    return () => {
      for (const arg of args) arg();
      this.code.lane(name, index);
    };
  }

  shuffle(indices: readonly number[], x: Expr, y: Expr): Expr {
    return () => {
      x();
      y();
      this.code.shuffle(indices);
    };
  }

  load(name: Memory, address: Expr, offset = 0): Expr {
    return () => {
      address();
      this.code.mem(name, offset);
    };
  }

  store(name: Memory, address: Expr, value: Expr, offset = 0): void {
    address();
    value();
    this.code.mem(name, offset);
  }

  call(f: FunctionRef, ...args: readonly Expr[]): Expr {
    return () => {
      for (const arg of args) arg();
      this.code.call(f);
    };
  }

  /** x ? a : b, both computed. */
  select(x: Expr, a: Expr, b: Expr): Expr {
    return this.op('select', a, b, x);
  }

  /** An i32 plus a constant. */
  plus(x: Expr, n: number): Expr {
    return n === 0 ? x : this.op('i32.add', x, this.i32(n));
  }

  add(x: Expr, y: Expr): Expr {
    return this.op('i32.add', x, y);
  }

  /** An i32 times a constant. */
  times(x: Expr, n: number): Expr {
    if (n === 1) return x;
    const shift = Math.log2(n);
    return Number.isInteger(shift) ? this.op('i32.shl', x, this.i32(shift)) : this.op('i32.mul', x, this.i32(n));
  }

  if(condition: Expr, then: (label: Label) => void, otherwise?: () => void): void {
    condition();
    this.code.if(then, otherwise);
  }

  /** Runs `body` while the condition holds. */
  while(condition: Expr, body: (out: Label, again: Label) => void): void {
    this.code.block((out) => {
      this.code.loop((again) => {
        condition();
        this.code.op('i32.eqz');
        this.code.brIf(out);
        body(out, again);
        this.code.br(again);
      });
    });
  }

  /** Runs `body` at least once, and again while the condition holds. */
  repeat(body: () => void, condition: Expr): void {
    this.code.loop((again) => {
      body();
      condition();
      this.code.brIf(again);
    });
  }

  /** Runs `body` for i = from, from + step, … while it is below `to`, which does not change; i must be a variable. */
  range(i: Variable, from: Expr, to: Expr, step: number, body: () => void): void {
    i.set(from);
    this.if(this.op('i32.lt_s', i, to), () =>
      this.repeat(
        () => {
          body();
          i.set(this.plus(i, step));
        },
        this.op('i32.lt_s', i, to),
      ),
    );
  }

  /** The same from 0 up to a number that is written down. */
  count(n: number, body: (i: Variable) => void): void {
    if (n <= 0) return;
    const i = this.variable('i32', this.i32(0));
    if (n === 1) {
      body(i);
      return;
    }
    this.repeat(
      () => {
        body(i);
        i.set(this.plus(i, 1));
      },
      this.op('i32.lt_s', i, this.i32(n)),
    );
  }

  /** A constant in every lane, from where the module keeps its constants. */
  splat(context: KernelContext, bits: bigint, width: 32 | 64): Expr {
    const address = context.constant(bits, width);
    return this.load(width === 32 ? 'v128.load32_splat' : 'v128.load64_splat', this.i32(address));
  }

  /** Copies bytes between places that do not overlap. */
  copy(to: Expr, from: Expr, bytes: Expr): void {
    to();
    from();
    bytes();
    this.code.memoryCopy();
  }

  fill(to: Expr, byte: number, bytes: Expr): void {
    to();
    this.code.i32(byte);
    bytes();
    this.code.memoryFill();
  }
}

// -- elements ------------------------------------------------------------------------------------------------------

/** How an element is held in a variable, and moved. */
export interface Element {
  readonly bytes: number;
  readonly type: 'i32' | 'i64' | 'f32' | 'f64';
  readonly load: Memory;
  readonly store: Memory;
  /** Elements of a vector, and its shape; bytes have none of their own. */
  readonly lanes: number;
  readonly vector: 'i8x16' | 'i32x4' | 'i64x2' | 'f32x4' | 'f64x2';
}

const byte: Element = {
  bytes: 1,
  type: 'i32',
  load: 'i32.load8_u',
  store: 'i32.store8',
  lanes: 16,
  vector: 'i8x16',
};
const elements: Record<DType, Element> = {
  bool: byte,
  uint8: byte,
  int32: { bytes: 4, type: 'i32', load: 'i32.load', store: 'i32.store', lanes: 4, vector: 'i32x4' },
  int64: { bytes: 8, type: 'i64', load: 'i64.load', store: 'i64.store', lanes: 2, vector: 'i64x2' },
  float32: { bytes: 4, type: 'f32', load: 'f32.load', store: 'f32.store', lanes: 4, vector: 'f32x4' },
  float64: { bytes: 8, type: 'f64', load: 'f64.load', store: 'f64.store', lanes: 2, vector: 'f64x2' },
};
export const elementOf = (dtype: DType): Element => elements[dtype];

/** How the bits of elements of a size are moved, whatever they mean. */
export function bitsOfSize(bytes: number): Element {
  return bytes === 1 ? byte : bytes === 4 ? elements.int32 : elements.int64;
}

/** An index as an i32: indices are within bounds, so its lower half is all of it. */
export const indexAt = (w: Writer, dtype: DType, address: Expr, offset = 0): Expr =>
  w.load(dtype === 'bool' || dtype === 'uint8' ? 'i32.load8_u' : 'i32.load', address, offset);

/** The operand that a kernel takes contiguous. */
export function contiguous(place: StridedPlace): StridedPlace {
  const wanted = stridesOf(place.shape);
  const fits = place.shape.every((d, i) => d <= 1 || place.strides[i] === wanted[i]);
  invariant(fits || sizeOf(place.shape) === 0, 'this kernel reads contiguous operands');
  return place;
}

export const bytesOfPlace = (place: { readonly dtype: DType; readonly shape: readonly number[] }): number =>
  sizeOf(place.shape) * itemBytes(place.dtype);

// -- pieces --------------------------------------------------------------------------------------------------------

/** How many pieces `items` are worth, by what they all take in nanoseconds: one below 200 µs, then 100 µs each, 32 at most. */
export function piecesOf(items: number, nanoseconds: number): number {
  if (nanoseconds < 200_000 || items < 2) return 1;
  return evenPieces(items, Math.min(32, Math.ceil(nanoseconds / 100_000)));
}

/** About so many pieces of items, or one for each item, none of them empty. */
export const evenPieces = (items: number, wanted: number): number =>
  Math.ceil(items / Math.ceil(items / Math.max(1, Math.min(items, wanted))));

/** The items of one piece: from … up to and without to. */
export function pieceOf(
  w: Writer,
  chunk: Expr,
  items: number,
  chunks: number,
): { readonly from: Expr; readonly to: Expr } {
  if (chunks === 1) return { from: w.i32(0), to: w.i32(items) };
  const each = Math.ceil(items / chunks);
  const from = w.variable('i32', w.times(chunk, each));
  const end = w.variable('i32', w.plus(from, each));
  end.set(w.select(w.op('i32.lt_s', end, w.i32(items)), end, w.i32(items)));
  return { from, to: end };
}

/** What a kernel's function is given. */
export interface Arguments {
  readonly inputs: readonly Variable[];
  readonly outputs: readonly Variable[];
  readonly scratch: Variable;
  readonly chunk: Variable;
}

/** A kernel whose function `write` writes. */
export function kernelOf(
  context: KernelContext,
  site: KernelSite,
  work: Partial<Pick<Kernel, 'chunks' | 'scratchBytes' | 'inPlace'>>,
  write: (w: Writer, args: Arguments) => void,
): Kernel {
  const [ins, outs] = [site.inputs.length, site.outputs.length];
  const params = Array.from({ length: ins + outs + 2 }, (): ValueType => 'i32');
  const run = context.module.function(params, [], (code) => {
    const w = new Writer(code);
    const all = params.map((_, i) => w.param(i));
    write(w, {
      inputs: all.slice(0, ins),
      outputs: all.slice(ins, ins + outs),
      scratch: all[ins + outs],
      chunk: all[ins + outs + 1],
    });
  });
  return { run, chunks: work.chunks ?? 1, scratchBytes: work.scratchBytes ?? 0, inPlace: work.inPlace };
}

/** The outer × n × inner that an array is around one of its axes. */
export function around(shape: readonly number[], axis: number): { outer: number; n: number; inner: number } {
  return { outer: sizeOf(shape.slice(0, axis)), n: shape[axis], inner: sizeOf(shape.slice(axis + 1)) };
}
