// Straight code: nodes of tiny arrays as instructions on their elements, which are in registers or read from memory.

import { invariant } from '../errors.ts';
import type { Aval, DType } from '../ir/aval.ts';
import { itemBytes, sizeOf, stridesOf } from '../ir/aval.ts';
import type { Graph, Node, Value } from '../ir/graph.ts';
import type { View } from '../ir/view.ts';
import { wholeView } from '../ir/view.ts';
import { subgraphsOf } from '../families/bodies.ts';
import { stridedOffsets } from '../families/structural.ts';
import type { Reducer } from '../op.ts';
import { isMap } from '../optimize/fuse.ts';
import { inOrder, isTiny, roomOf, weightOf } from '../optimize/unroll.ts';
import type { Code, Local } from './assembler.ts';
import { kindOf, maskAs, wrapByte } from './convert.ts';
import type { KernelContext } from './kernel.ts';
import type { CopyRequest } from './kernels/copy.ts';
import type { Kind, Vec } from './lanes.ts';
import { constantOf } from './lay-out.ts';
import { memberValue } from './members.ts';
import { identityBits } from './reduce.ts';
import type { Cell, Ref, Spot } from './registers.ts';
import { contract } from './unrolled-contraction.ts';
import { Registers } from './registers.ts';
import { cumulate, search } from './unrolled-lines.ts';
import { bitsOf, lanesOf } from './vocabulary.ts';

/** Where a value's own elements are. */
export type Held =
  | { readonly form: 'refs'; readonly refs: readonly Ref[] }
  /** In memory; `written`: turns write over it, and what they read before is in registers then. */
  | { readonly form: 'memory'; readonly pointer: Local | null; readonly at: number; readonly written?: true }
  /** What turns have stacked: the first element's address, and the bytes from one turn's to the next's. */
  | { readonly form: 'stack'; readonly base: Local; readonly row: Local };

/** A value: some elements of what is held, in the order of a view. */
export interface Lies {
  readonly held: Held;
  readonly view: View;
  readonly dtype: DType;
}

/** Writes the code of a loop or a branch among the nodes. */
export type EmitControl = (u: UnrolledCode, node: Node) => void;

/** What the code refers to. */
export interface UnrolledContext {
  readonly kernel: KernelContext;
  readonly code: Code;
  /** Where constants lie. */
  readonly address: (value: Value) => number;
  /** Scratch from an address on, of so many bytes. */
  readonly scratch: { readonly at: number; readonly bytes: number };
  readonly control: EmitControl;
}

export class UnrolledCode {
  readonly code: Code;
  readonly registers: Registers;
  /** Fused multiply-add is there. */
  readonly fused: boolean;
  readonly #context: UnrolledContext;
  readonly #lies = new Map<Value, Lies>();
  #scratch: number;

  constructor(context: UnrolledContext) {
    this.#context = context;
    this.code = context.code;
    this.fused = context.kernel.fused;
    this.registers = new Registers(context.kernel, context.code, () => this.#live());
    this.#scratch = context.scratch.at;
  }

  *#live(): Iterable<Cell> {
    for (const { held } of this.#lies.values()) {
      if (held.form === 'refs') for (const { cell } of held.refs) yield cell;
    }
  }

  of(value: Value): Lies {
    const lies = this.#lies.get(value);
    invariant(lies !== undefined, 'a value is there before it is read');
    return lies;
  }

  set(value: Value, held: Held): void {
    this.put(value, { held, view: wholeView(value.aval.shape), dtype: value.aval.dtype });
  }

  put(value: Value, lies: Lies): void {
    this.#lies.set(value, lies);
  }

  /** Scratch for so many arrays of a type; it is not given back. */
  room(aval: Aval, length: number): number {
    const at = this.#scratch;
    this.#scratch += roomOf(aval, length);
    const { scratch } = this.#context;
    invariant(this.#scratch <= scratch.at + scratch.bytes, 'straight code stays within its scratch');
    return at;
  }

  /** Runs the nodes of a graph on values, and gives what its outputs are; they live until they are forgotten. */
  run(graph: Graph, given: readonly Lies[]): Lies[] {
    graph.inputs.forEach(({ value }, i) => this.put(value, given[i]));
    const nodes = inOrder(graph);
    const last = new Map<Value, Node | null>();
    for (const node of nodes) for (const x of node.inputs) last.set(x, node);
    for (const y of graph.outputs) last.set(y, null);
    for (const node of nodes) {
      this.#node(node);
      for (const x of [...node.inputs, ...node.outputs]) {
        if ((last.get(x) ?? node) === node && last.get(x) !== null) this.#lies.delete(x);
      }
    }
    return graph.outputs.map((y) => this.of(y));
  }

  forget({ inputs, outputs }: Graph): void {
    for (const value of [...inputs.map((input) => input.value), ...outputs]) this.#lies.delete(value);
  }

  // -- elements --------------------------------------------------------------------------------------------------------

  /** Element i, row-major. */
  ref(lies: Lies, i: number): Ref {
    return this.#at(lies, positionOf(lies.view, i));
  }

  #at({ held, dtype }: Lies, position: number): Ref {
    if (held.form === 'refs') return held.refs[position];
    invariant(held.form === 'memory', 'stacked values are read turn by turn');
    const spot = { pointer: held.pointer, at: held.at + position * itemBytes(dtype), dtype, count: 1 as const };
    const cell = this.registers.inMemory(spot);
    return { cell: held.written === true ? this.registers.made(this.registers.vec(cell)) : cell, lane: 0 };
  }

  scalar(lies: Lies, i: number): Vec {
    return this.registers.scalar(this.ref(lies, i));
  }

  /** Elements i and j side by side; j may be left out. */
  pair(lies: Lies, i: number, j: number | null): Vec {
    const { held, view, dtype } = lies;
    if (held.form === 'memory' && j !== null) {
      const [p, q] = [positionOf(view, i), positionOf(view, j)];
      const spot = { pointer: held.pointer, at: held.at + p * itemBytes(dtype), dtype };
      if (q === p + 1) return this.registers.vec(this.registers.inMemory({ ...spot, count: 2 }));
      if (q === p) return this.registers.vec(this.registers.inMemory({ ...spot, count: 1 }));
    }
    return this.registers.pair(this.ref(lies, i), j === null ? null : this.ref(lies, j));
  }

  /** Instructions that a pair takes. */
  pairCosts(lies: Lies, i: number, j: number | null): number {
    const { held, view } = lies;
    if (held.form === 'memory') {
      return j === null || [0, 1].includes(positionOf(view, j) - positionOf(view, i)) ? 0 : 1;
    }
    return this.registers.pairCosts(this.ref(lies, i), j === null ? null : this.ref(lies, j));
  }

  /** Instructions that an element takes, besides those that read memory. */
  scalarCosts(lies: Lies, i: number): number {
    return lies.held.form === 'memory' ? 0 : this.registers.pairCosts(this.ref(lies, i), null);
  }

  /** The elements of an array from one at a time. */
  single(output: Value, element: (i: number) => Vec): void {
    const size = sizeOf(output.aval.shape);
    this.#put(
      output,
      Array.from({ length: size }, (_, i) => ({ cell: this.registers.made(element(i)), lane: 0 })),
    );
  }

  /** The elements of an array from two at a time. */
  paired(output: Value, vector: (i: number, j: number | null) => Vec): void {
    const size = sizeOf(output.aval.shape);
    const refs: Ref[] = [];
    for (let i = 0; i < size; i += 2) {
      const cell = this.registers.made(vector(i, i + 1 < size ? i + 1 : null));
      refs.push({ cell, lane: 0 }, { cell, lane: 1 });
    }
    this.#put(output, refs.slice(0, size));
  }

  /** A value from its elements. */
  #put(output: Value, refs: readonly Ref[]): void {
    this.set(output, { form: 'refs', refs });
  }

  // -- nodes -----------------------------------------------------------------------------------------------------------

  #node(node: Node): void {
    const primitive = node.op.primitive!;
    const { inputs, attrs } = node;
    const [output] = node.outputs;
    if (primitive.constant !== undefined) return this.#constant(output);
    if (primitive.view !== undefined) {
      const lies = this.of(inputs[0]);
      const seen = primitive.view(lies.view, attrs, output.aval);
      if (lies.held.form === 'memory' && lies.held.written === true && isTiny(output.aval)) {
        const part = { ...lies, view: seen! };
        return this.paired(output, (i, j) => this.pair(part, i, j));
      }
      if (seen !== null) return this.put(output, { ...lies, view: seen });
      const { shape, dtype } = inputs[0].aval;
      const refs = Array.from({ length: sizeOf(shape) }, (_, i) => this.ref(lies, i));
      const view = primitive.view(wholeView(shape), attrs, output.aval)!;
      return this.put(output, { held: { form: 'refs', refs }, view, dtype });
    }
    if (subgraphsOf(attrs).length > 0) return this.#context.control(this, node);
    if (primitive.reduces !== undefined) return this.#reduce(node, primitive.reduces);
    if (isMap(node)) return this.#map(node);
    if (primitive.contraction !== undefined && (output.aval.dtype === 'float64' || output.aval.dtype === 'float32')) {
      return contract(this, node);
    }
    const request = primitive.kernel!(
      inputs.map((x) => x.aval),
      [output.aval],
      attrs,
    )!;
    switch (request.kind) {
      case 'copy':
        return this.#copy(node, request);
      case 'gather':
        return this.#gather(node, request);
      case 'scatter':
        return this.#scatter(node, request);
      case 'normalize_index':
        return this.#normalizeIndex(node, request);
      case 'scan':
        return cumulate(this, node, request);
      case 'argextremum':
        return search(this, node, request);
      default:
        invariant(false, `${node.op.name} is straight code`);
    }
  }

  #constant(output: Value): void {
    if (!isTiny(output.aval)) {
      return this.set(output, { form: 'memory', pointer: null, at: this.#context.address(output) });
    }
    const { dtype, data } = constantOf(output);
    const kind = kindOf[dtype];
    const refs = Array.from(data as ArrayLike<number | bigint>, (x): Ref => {
      const bits = dtype === 'bool' ? (x ? 0xffffffffn : 0n) : bitsOf(kind, x);
      return { cell: this.registers.constant(kind, bits), lane: 0 };
    });
    this.#put(output, refs);
  }

  #map(node: Node): void {
    const [output] = node.outputs;
    const size = sizeOf(output.aval.shape);
    const xs = node.inputs.map((x) => this.of(x));
    const { body } = this.registers;
    const value = (operands: readonly Vec[]): Vec => memberValue(body, { node, copy: false }, operands, this.fused);
    // Of one element repeated there is one result.
    if (xs.every(({ view }) => view.strides.every((s, k) => s === 0 || view.shape[k] === 1))) {
      const cell = this.registers.made(value(xs.map((x) => this.scalar(x, 0))));
      return this.#put(
        output,
        Array.from({ length: size }, () => ({ cell, lane: 0 })),
      );
    }
    const each = weightOf(node) / size;
    let [single, paired] = [size * each, Math.ceil(size / 2) * each];
    for (const x of xs) {
      for (let i = 0; i < size; i++) single += this.scalarCosts(x, i);
      for (let i = 0; i < size; i += 2) paired += this.pairCosts(x, i, i + 1 < size ? i + 1 : null);
    }
    if (single < paired) return this.single(output, (i) => value(xs.map((x) => this.scalar(x, i))));
    this.paired(output, (i, j) => {
      const operands = xs.map((x) => this.pair(x, i, j));
      const result = value(operands);
      if (j !== null) this.registers.both(result, operands);
      return result;
    });
  }

  #reduce(node: Node, reducer: Reducer): void {
    const [input] = node.inputs;
    const [output] = node.outputs;
    const x = this.of(input);
    const { shape, dtype } = input.aval;
    const axes = node.attrs['axis'] as readonly number[];
    const strides = stridesOf(shape);
    const kept = shape.map((_d, i) => i).filter((i) => !axes.includes(i));
    const pick = (list: readonly number[]): Int32Array =>
      stridedOffsets(
        list.map((a) => shape[a]),
        list.map((a) => strides[a]),
      );
    const [starts, steps] = [pick(kept), pick(axes)];
    const kind = kindOf[dtype];
    const join = (a: Vec, b: Vec): Vec => this.#joined(reducer, kind, a, b);
    this.single(output, (o) => {
      const parts = Array.from(steps, (step) => this.registers.narrowMask(this.scalar(x, starts[o] + step)));
      // Sums of floats begin with 0: −0 and −0 are 0.
      if (reducer === 'sum' && (kind === 'f64' || kind === 'f32')) {
        const zero = this.registers.vec(this.registers.constant(kind, identityBits(reducer, dtype)));
        parts.push(zero);
      }
      const total = tree(parts, join);
      return output.aval.dtype === 'uint8'
        ? wrapByte(lanesOf(this.registers.body, 'i32', false), total, 'uint8')
        : total;
    });
  }

  #joined(reducer: Reducer, kind: Kind, a: Vec, b: Vec): Vec {
    const v = lanesOf(this.registers.body, kind, this.fused);
    if (kind === 'm32') return ['all', 'prod', 'min'].includes(reducer) ? v.and(a, b) : v.or(a, b);
    switch (reducer) {
      case 'sum':
        return v.add(a, b);
      case 'prod':
        return v.mul(a, b);
      case 'max':
        return v.max(a, b);
      default:
        return v.min(a, b);
    }
  }

  #copy(node: Node, { places }: CopyRequest): void {
    const [output] = node.outputs;
    const { shape, dtype } = output.aval;
    const zero: Ref = { cell: this.registers.constant(kindOf[dtype], 0n), lane: 0 };
    const refs = Array.from({ length: sizeOf(shape) }, () => zero);
    node.inputs.forEach((input, k) => {
      const { offset, strides } = places?.[k] ?? { offset: 0, strides: stridesOf(shape) };
      const lies = this.of(input);
      stridedOffsets(input.aval.shape, strides, offset).forEach((to, i) => (refs[to] = this.ref(lies, i)));
    });
    this.#put(output, refs);
  }

  /** An index that is known, or null. */
  #knownIndex(lies: Lies, i: number): number | null {
    const { from } = this.ref(lies, i).cell;
    return from !== null && 'bits' in from ? Number(BigInt.asIntN(64, from.bits)) : null;
  }

  #gather(node: Node, { outer, rows, size, count, width }: IndexLayout): void {
    const [input, index] = node.inputs;
    const [x, at] = [this.of(input), this.of(index)];
    const { held } = x;
    if (held.form === 'memory') return this.#gatherFrom(node, { outer, rows, size, count, width }, x, at);
    const refs: Ref[] = [];
    for (let g = 0; g < outer; g++) {
      for (let r = 0; r < rows; r++) {
        for (let k = 0; k < count; k++) {
          const known = this.#knownIndex(at, g * count + k);
          for (let j = 0; j < width; j++) {
            const place = (i: number): number => ((g * rows + r) * size + i) * width + j;
            if (known !== null) refs.push(this.ref(x, place(known)));
            else refs.push(this.#chosen(x, place, size, this.scalar(at, g * count + k)));
          }
        }
      }
    }
    this.#put(node.outputs[0], refs);
  }

  /** Elements of an array in memory, two at a time where they lie side by side. */
  #gatherFrom(node: Node, layout: IndexLayout, x: Lies, at: Lies): void {
    const spots = this.#spots(layout, x, at).flat(2);
    this.paired(node.outputs[0], (i, j) => {
      const [low, high] = [spots[i], j === null ? null : spots[j]];
      const { registers } = this;
      const one = (spot: Spot): Ref => ({ cell: registers.inMemory(spot), lane: 0 });
      const together = high !== null && high.pointer === low.pointer && high.at === low.at + itemBytes(x.dtype);
      if (together) return registers.vec(registers.inMemory({ ...low, count: 2 }));
      return registers.pair(one(low), high === null ? null : one(high));
    });
  }

  /** Where the elements are that indices name: for each row, for each index, side by side. */
  #spots({ outer, rows, size, count, width }: IndexLayout, x: Lies, at: Lies): Spot[][][] {
    const { held, view, dtype } = x;
    invariant(held.form === 'memory', 'addresses are of memory');
    const bytes = itemBytes(dtype);
    const pointers = new Map<number, Local>();
    return Array.from({ length: outer * rows }, (_, row) =>
      Array.from({ length: count }, (_unused, k) => {
        const i = Math.floor(row / rows) * count + k;
        const known = this.#knownIndex(at, i);
        const place = (index: number, j: number): number => positionOf(view, (row * size + index) * width + j);
        const by = size > 1 ? place(1, 0) - place(0, 0) : 0;
        const pointer = known === null ? this.#pointer(pointers, held.pointer, by * bytes, at, i) : held.pointer;
        return Array.from({ length: width }, (_none, j): Spot => ({
          pointer,
          at: held.at + place(known ?? 0, j) * bytes,
          dtype,
          count: 1,
        }));
      }),
    );
  }

  /** What an index that is computed adds to addresses in an array in memory. */
  #pointer(known: Map<number, Local>, from: Local | null, bytes: number, index: Lies, i: number): Local {
    const found = known.get(i);
    if (found !== undefined) return found;
    const { code, registers } = this;
    registers.pushInteger(this.ref(index, i));
    code.op('i32.wrap_i64');
    code.i32(bytes);
    code.op('i32.mul');
    if (from !== null) {
      code.get(from);
      code.op('i32.add');
    }
    const pointer = code.local('i32');
    code.set(pointer);
    known.set(i, pointer);
    return pointer;
  }

  /** Of the elements at `place(0)` … `place(size − 1)` the one that an index names. */
  #chosen(x: Lies, place: (i: number) => number, size: number, index: Vec): Ref {
    let value = this.registers.narrowMask(this.scalar(x, place(0)));
    for (let i = 1; i < size; i++) value = this.#where(index, i, this.scalar(x, place(i)), value);
    return { cell: this.registers.made(value), lane: 0 };
  }

  /** x where the index is i, else y. */
  #where(index: Vec, i: number, x: Vec, y: Vec): Vec {
    const { body } = this.registers;
    const v = lanesOf(body, 'i64', this.fused);
    const mask = v.eq(index, v.const(i));
    const [a, b] = [this.registers.narrowMask(x), this.registers.narrowMask(y)];
    const width = a.kind.endsWith('32') ? 32 : 64;
    return lanesOf(body, a.kind, this.fused).select(maskAs(v, mask, width), a, b);
  }

  /** An element with its update. */
  #changed(dtype: DType, join: Join, old: Ref, update: Vec): Vec {
    const { registers } = this;
    if (join === 'set') return registers.narrowMask(update);
    const kind = kindOf[dtype];
    const before = registers.scalar(old);
    if (join !== 'add') {
      // Zeros of either sign are as far: the one that is there stays.
      const v = lanesOf(registers.body, kind, this.fused);
      const [next, held] = [registers.narrowMask(update), registers.narrowMask(before)];
      if (kind === 'm32') return this.#joined(join, kind, held, next);
      const beyond = join === 'max' ? v.gt(next, held) : v.lt(next, held);
      return v.select(kind === 'f64' || kind === 'f32' ? v.or(beyond, v.ne(next, next)) : beyond, next, held);
    }
    const joined = this.#joined('sum', kind, before, update);
    return dtype === 'uint8' ? wrapByte(lanesOf(registers.body, 'i32', false), joined, dtype) : joined;
  }

  #scatter(node: Node, request: IndexLayout & { readonly join: Join }): void {
    const { outer, rows, size, count, width, join } = request;
    const [x, at, updates] = node.inputs.map((v) => this.of(v));
    const { registers } = this;
    const { dtype } = node.outputs[0].aval;
    if (x.held.form === 'memory' && x.held.written === true) return this.#write(node, request);
    const refs = Array.from({ length: sizeOf(node.outputs[0].aval.shape) }, (_, i) => this.ref(x, i));
    const change = (old: Ref, update: Vec): Vec => this.#changed(dtype, join, old, update);
    let next = 0;
    for (let g = 0; g < outer; g++) {
      for (let r = 0; r < rows; r++) {
        for (let k = 0; k < count; k++) {
          for (let j = 0; j < width; j++, next++) {
            const update = this.scalar(updates, next);
            const known = this.#knownIndex(at, g * count + k);
            const index = known === null ? this.scalar(at, g * count + k) : null;
            for (let i = 0; i < size; i++) {
              if (known !== null && known !== i) continue;
              const to = ((g * rows + r) * size + i) * width + j;
              const changed = change(refs[to], update);
              const value = index === null ? changed : this.#where(index, i, changed, registers.scalar(refs[to]));
              refs[to] = { cell: registers.made(value), lane: 0 };
            }
          }
        }
      }
    }
    this.#put(node.outputs[0], refs);
  }

  /** Updates of an array in memory, one index after the other: two may name one place. */
  #write(node: Node, request: IndexLayout & { readonly join: Join }): void {
    const [x, at, updates] = node.inputs.map((v) => this.of(v));
    const { registers } = this;
    const spots = this.#spots(request, x, at);
    let next = 0;
    for (const row of spots) {
      for (const places of row) {
        const writes = places.map((spot) => {
          const old: Ref = { cell: registers.inMemory(spot), lane: 0 };
          return { spot, value: this.#changed(x.dtype, request.join, old, this.scalar(updates, next++)) };
        });
        for (const { spot, value } of writes) registers.write(spot, value);
        registers.end();
      }
    }
    this.put(node.outputs[0], x);
  }

  #normalizeIndex(node: Node, { size, mode }: { readonly size: number; readonly mode: string }): void {
    const x = this.of(node.inputs[0]);
    const { registers, code } = this;
    const refs = Array.from({ length: sizeOf(node.outputs[0].aval.shape) }, (_, i): Ref => {
      const v = lanesOf(registers.body, 'i64', this.fused);
      const given = this.scalar(x, i);
      const at = v.select(v.lt(given, v.const(0)), v.add(given, v.const(size)), given);
      if (mode === 'clip') {
        return { cell: registers.made(v.max(v.const(0), v.min(v.const(size - 1), at))), lane: 0 };
      }
      const local = registers.settled({ cell: registers.made(at), lane: 0 });
      code.get(local);
      code.lane('i64x2.extract_lane', 0);
      code.i64(BigInt(size));
      code.op('i64.ge_u');
      code.if(() => code.op('unreachable'));
      return { cell: registers.inLocal('i64', local, false), lane: 0 };
    });
    this.#put(node.outputs[0], refs);
  }
}

type Join = 'add' | 'max' | 'min' | 'set';
type IndexLayout = Record<'outer' | 'rows' | 'size' | 'count' | 'width', number>;

/** The position of element i of a view, row-major. */
function positionOf({ shape, strides, offset }: View, i: number): number {
  let [position, left] = [offset, i];
  for (let k = shape.length - 1; k >= 0; k--) {
    position += (left % shape[k]) * strides[k];
    left = Math.floor(left / shape[k]);
  }
  return position;
}

function tree<T>(parts: readonly T[], join: (a: T, b: T) => T): T {
  let level = parts;
  while (level.length > 1) {
    const next: T[] = [];
    for (let i = 0; i < level.length; i += 2) next.push(i + 1 < level.length ? join(level[i], level[i + 1]) : level[i]);
    level = next;
  }
  return level[0];
}
