// Writes WebAssembly modules: typed functions of instructions, by the names of the specification, straight into bytes.

import { invariant } from '../errors.ts';
import type { Lane, Memory, MemoryLane, Plain } from './opcodes.ts';
import { lane, memory, memoryLane, plain } from './opcodes.ts';

export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128';
const typeCode: Record<ValueType, number> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b };

/** A growing run of bytes. */
class Bytes {
  #bytes: Uint8Array<ArrayBuffer>;
  length = 0;

  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity);
  }

  #reserve(more: number): void {
    if (this.length + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.length + more));
    grown.set(this.#bytes.subarray(0, this.length));
    this.#bytes = grown;
  }

  byte(b: number): void {
    this.#reserve(1);
    this.#bytes[this.length++] = b;
  }

  append(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Unsigned LEB128, below 2³². */
  u32(n: number): void {
    this.#reserve(5);
    let left = n >>> 0;
    while (left >= 0x80) {
      this.#bytes[this.length++] = (left & 0x7f) | 0x80;
      left >>>= 7;
    }
    this.#bytes[this.length++] = left;
  }

  /** Signed LEB128 of an i32. */
  s32(n: number): void {
    this.#reserve(5);
    let left = n | 0;
    for (;;) {
      const low = left & 0x7f;
      left >>= 7;
      const last = (left === 0 && (low & 0x40) === 0) || (left === -1 && (low & 0x40) !== 0);
      this.#bytes[this.length++] = last ? low : low | 0x80;
      if (last) return;
    }
  }

  /** Signed LEB128 of an i64. */
  s64(n: bigint): void {
    let left = BigInt.asIntN(64, n);
    for (;;) {
      const low = Number(left & 0x7fn);
      left >>= 7n;
      const last = (left === 0n && (low & 0x40) === 0) || (left === -1n && (low & 0x40) !== 0);
      this.byte(last ? low : low | 0x80);
      if (last) return;
    }
  }

  f32(x: number): void {
    this.append(new Uint8Array(Float32Array.of(x).buffer));
  }

  f64(x: number): void {
    this.append(new Uint8Array(Float64Array.of(x).buffer));
  }

  name(text: string): void {
    const bytes = new TextEncoder().encode(text);
    this.u32(bytes.length);
    this.append(bytes);
  }

  view(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.length);
  }
}

/** A local variable of the function being written. */
export type Local = number & { readonly local: unique symbol };
/** A place to branch to: the start of a loop, the end of a block. */
export interface Label {
  readonly depth: number;
}
/** A function of the module, defined or imported: each kind is counted on its own until the module is finished. */
export interface FunctionRef {
  readonly index: number;
  readonly imported: boolean;
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}

const noIndex = new Uint8Array(5);

/** The body of one function: each method appends an instruction. */
export class Code {
  readonly #bytes = new Bytes(1024);
  readonly #locals: ValueType[] = [];
  readonly #free: Record<ValueType, Local[]> = { i32: [], i64: [], f32: [], f64: [], v128: [] };
  readonly #params: readonly ValueType[];
  /** Where functions are called: their indices are known when all imports are. */
  readonly #calls: { readonly at: number; readonly to: FunctionRef }[] = [];
  #depth = 0;

  constructor(params: readonly ValueType[]) {
    this.#params = params;
  }

  /** The i-th parameter. */
  param(i: number): Local {
    invariant(i < this.#params.length, `the function has no parameter ${i}`);
    return i as Local;
  }

  /** A new local, or one that was released; what it holds is not defined until it is set. */
  local(type: ValueType): Local {
    const free = this.#free[type].pop();
    if (free !== undefined) return free;
    this.#locals.push(type);
    return (this.#params.length + this.#locals.length - 1) as Local;
  }

  /** Gives a local back, for `local` to hand out again. */
  release(local: Local): void {
    const type = this.#locals[local - this.#params.length];
    invariant(type !== undefined, 'a parameter is not released');
    this.#free[type].push(local);
  }

  get(local: Local): void {
    this.#bytes.byte(0x20);
    this.#bytes.u32(local);
  }

  set(local: Local): void {
    this.#bytes.byte(0x21);
    this.#bytes.u32(local);
  }

  tee(local: Local): void {
    this.#bytes.byte(0x22);
    this.#bytes.u32(local);
  }

  i32(n: number): void {
    this.#bytes.byte(0x41);
    this.#bytes.s32(n);
  }

  i64(n: bigint): void {
    this.#bytes.byte(0x42);
    this.#bytes.s64(n);
  }

  f32(x: number): void {
    this.#bytes.byte(0x43);
    this.#bytes.f32(x);
  }

  f64(x: number): void {
    this.#bytes.byte(0x44);
    this.#bytes.f64(x);
  }

  #opcode(code: readonly number[]): void {
    this.#bytes.byte(code[0]);
    if (code.length > 1) this.#bytes.u32(code[1]);
  }

  /** An instruction without immediates. */
  op(name: Plain): void {
    this.#opcode(plain[name]);
  }

  /** A load or store at the address on the stack plus `offset`. */
  mem(name: Memory, offset = 0): void {
    const [code, bytes] = memory[name];
    this.#opcode(code);
    this.#bytes.u32(Math.log2(bytes));
    this.#bytes.u32(offset);
  }

  /** A load or store of one lane. */
  memLane(name: MemoryLane, offset: number, index: number): void {
    const [code, bytes] = memoryLane[name];
    this.#opcode(code);
    this.#bytes.u32(Math.log2(bytes));
    this.#bytes.u32(offset);
    this.#bytes.byte(index);
  }

  lane(name: Lane, index: number): void {
    this.#opcode(lane[name]);
    this.#bytes.byte(index);
  }

  /** i8x16.shuffle: 16 byte indices into the two vectors on the stack. */
  shuffle(indices: readonly number[]): void {
    invariant(indices.length === 16, 'a shuffle has 16 indices');
    this.#opcode([0xfd, 0x0d]);
    for (const i of indices) this.#bytes.byte(i);
  }

  /** v128.const of 16 bytes. In a loop prefer a splat load from memory: constants are made anew each time round. */
  v128(bytes: ArrayLike<number>): void {
    this.#opcode([0xfd, 0x0c]);
    for (let i = 0; i < 16; i++) this.#bytes.byte(bytes[i]);
  }

  call(f: FunctionRef): void {
    this.#bytes.byte(0x10);
    this.#calls.push({ at: this.#bytes.length, to: f });
    this.#bytes.append(noIndex);
  }

  memoryCopy(): void {
    this.#opcode([0xfc, 0x0a]);
    this.#bytes.byte(0);
    this.#bytes.byte(0);
  }

  /** Pages of 64 KiB that the memory has. */
  memorySize(): void {
    this.#bytes.byte(0x3f);
    this.#bytes.byte(0);
  }

  memoryFill(): void {
    this.#opcode([0xfc, 0x0b]);
    this.#bytes.byte(0);
  }

  /** Copies from a passive data segment: [to, from, length] on the stack. */
  memoryInit(segment: number): void {
    this.#opcode([0xfc, 0x08]);
    this.#bytes.u32(segment);
    this.#bytes.byte(0);
  }

  #nest(opcode: number, type: ValueType | undefined, body: (label: Label) => void): void {
    this.#bytes.byte(opcode);
    this.#bytes.byte(type === undefined ? 0x40 : typeCode[type]);
    this.#depth++;
    body({ depth: this.#depth });
    this.#depth--;
    this.#bytes.byte(0x0b);
  }

  /** A branch to the label leaves the block. */
  block(body: (label: Label) => void, type?: ValueType): void {
    this.#nest(0x02, type, body);
  }

  /** A branch to the label starts the loop again. */
  loop(body: (label: Label) => void): void {
    this.#nest(0x03, undefined, body);
  }

  /** Runs `then` where the i32 on the stack is not 0. */
  if(then: (label: Label) => void, otherwise?: () => void, type?: ValueType): void {
    this.#nest(0x04, type, (label) => {
      then(label);
      if (otherwise !== undefined) {
        this.#bytes.byte(0x05);
        otherwise();
      }
    });
  }

  br(label: Label): void {
    this.#bytes.byte(0x0c);
    this.#bytes.u32(this.#depth - label.depth);
  }

  brIf(label: Label): void {
    this.#bytes.byte(0x0d);
    this.#bytes.u32(this.#depth - label.depth);
  }

  /** Branches to the label of the i32 on the stack, to the last one from there on. */
  brTable(labels: readonly Label[]): void {
    this.#bytes.byte(0x0e);
    this.#bytes.u32(labels.length - 1);
    for (const label of labels) this.#bytes.u32(this.#depth - label.depth);
  }

  /** Adds a constant to an i32 local. */
  increment(local: Local, by: number): void {
    this.get(local);
    this.i32(by);
    this.op('i32.add');
    this.set(local);
  }

  /** Runs `body` for local = from, from + step, … while it is below `to`; nothing where there is no such number. */
  count(local: Local, from: number, to: number, step: number, body: () => void): void {
    if (from >= to) return;
    this.i32(from);
    this.set(local);
    this.loop((again) => {
      body();
      this.get(local);
      this.i32(step);
      this.op('i32.add');
      this.tee(local);
      this.i32(to);
      this.op('i32.lt_s');
      this.brIf(again);
    });
  }

  /** The function as it stands in the code section of a module with so many imported functions. */
  finish(imports: number): Uint8Array<ArrayBuffer> {
    const body = this.#bytes.view();
    for (const { at, to } of this.#calls) {
      let left = to.imported ? to.index : imports + to.index;
      for (let i = 0; i < 5; i++) {
        body[at + i] = (left & 0x7f) | (i < 4 ? 0x80 : 0);
        left >>>= 7;
      }
    }
    const out = new Bytes(this.#bytes.length + 64);
    const runs: [number, ValueType][] = [];
    for (const type of this.#locals) {
      const last = runs.at(-1);
      if (last?.[1] === type) last[0]++;
      else runs.push([1, type]);
    }
    out.u32(runs.length);
    for (const [n, type] of runs) {
      out.u32(n);
      out.byte(typeCode[type]);
    }
    out.append(body);
    out.byte(0x0b);
    return out.view();
  }
}

/** A module being written: imports and functions in any order. */
export class Module {
  readonly #types = new Map<string, number>();
  readonly #imports = new Bytes();
  #importCount = 0;
  readonly #functions: { readonly type: number; readonly code: Code }[] = [];
  readonly #exports: { readonly name: string; readonly to: FunctionRef }[] = [];
  readonly #data: Uint8Array[] = [];

  #type(params: readonly ValueType[], results: readonly ValueType[]): number {
    const key = `${params.join()}>${results.join()}`;
    const known = this.#types.get(key);
    if (known !== undefined) return known;
    this.#types.set(key, this.#types.size);
    return this.#types.size - 1;
  }

  /** Imports the memory, of at least `pages` of 64 KiB; a shared one declares its most. */
  importMemory(from: string, name: string, pages: number, most: number, shared: boolean): void {
    this.#imports.name(from);
    this.#imports.name(name);
    this.#imports.byte(0x02);
    this.#imports.byte(shared ? 0x03 : 0x01);
    this.#imports.u32(pages);
    this.#imports.u32(most);
    this.#memories++;
  }
  #memories = 0;

  importFunction(
    from: string,
    name: string,
    params: readonly ValueType[],
    results: readonly ValueType[] = [],
  ): FunctionRef {
    this.#imports.name(from);
    this.#imports.name(name);
    this.#imports.byte(0x00);
    this.#imports.u32(this.#type(params, results));
    return { index: this.#importCount++, imported: true, params, results };
  }

  /** A function: `write` appends its instructions. It may call itself and whatever was made before. */
  function(
    params: readonly ValueType[],
    results: readonly ValueType[],
    write: (code: Code, self: FunctionRef) => void,
    exported?: string,
  ): FunctionRef {
    const code = new Code(params);
    const self: FunctionRef = { index: this.#functions.length, imported: false, params, results };
    this.#functions.push({ type: this.#type(params, results), code });
    write(code, self);
    if (exported !== undefined) this.#exports.push({ name: exported, to: self });
    return self;
  }

  /** A passive data segment, for `memoryInit`. */
  data(bytes: Uint8Array): number {
    this.#data.push(bytes);
    return this.#data.length - 1;
  }

  /** The module's bytes. */
  finish(): Uint8Array<ArrayBuffer> {
    const out = new Bytes(4096);
    out.append(Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00));
    const section = (id: number, count: number, write: (bytes: Bytes) => void): void => {
      if (count === 0) return;
      const body = new Bytes();
      body.u32(count);
      write(body);
      out.byte(id);
      out.u32(body.length);
      out.append(body.view());
    };
    const sizes = (bytes: Bytes, types: readonly string[]): void => {
      bytes.u32(types.length);
      for (const type of types) bytes.byte(typeCode[type as ValueType]);
    };
    section(1, this.#types.size, (bytes) => {
      for (const key of this.#types.keys()) {
        const [params, results] = key.split('>').map((list) => (list === '' ? [] : list.split(',')));
        bytes.byte(0x60);
        sizes(bytes, params);
        sizes(bytes, results);
      }
    });
    section(2, this.#importCount + this.#memories, (bytes) => bytes.append(this.#imports.view()));
    section(3, this.#functions.length, (bytes) => this.#functions.forEach(({ type }) => bytes.u32(type)));
    section(7, this.#exports.length, (bytes) =>
      this.#exports.forEach(({ name, to }) => {
        bytes.name(name);
        bytes.byte(0x00);
        bytes.u32(this.#importCount + to.index);
      }),
    );
    section(12, this.#data.length, () => {});
    section(10, this.#functions.length, (bytes) =>
      this.#functions.forEach(({ code }) => {
        const body = code.finish(this.#importCount);
        bytes.u32(body.length);
        bytes.append(body);
      }),
    );
    section(11, this.#data.length, (bytes) =>
      this.#data.forEach((segment) => {
        bytes.byte(0x01);
        bytes.u32(segment.length);
        bytes.append(segment);
      }),
    );
    return out.view();
  }
}
