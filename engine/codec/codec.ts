// The codec of one thread: decimals and base64 to and from elements, by WebAssembly in a small memory of its own.
//
// Everything passes that memory in windows that fit a second-level cache: a copy there and back costs a fraction of the
// conversion, the memory never grows, and what is read or written may lie anywhere, in shared memory too.

import { dtypes, itemBytes } from '../ir/aval.ts';
import type { DType, Shape } from '../ir/aval.ts';
import type { TensorData } from '../ir/tensor.ts';
import { Module } from '../wasm/assembler.ts';
import { addBase64, addTextEnd } from './base64-code.ts';
import * as layout from './layout.ts';
import { state } from './layout.ts';
import { NumberList } from './lists.ts';
import { addPrinters, elementsAtOnce } from './print-code.ts';
import { addReader, outcome } from './read-code.ts';

type Code = (at: number, stop: number, out: number) => number;

interface Codec {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same memory, for the state and for elements. */
  readonly words: Int32Array<ArrayBuffer>;
  readonly numbers: Float64Array<ArrayBuffer>;
  readonly read: Code;
  readonly print: Readonly<Record<DType, Code>>;
  readonly readBase64: Code;
  readonly textEnd: (at: number, stop: number) => number;
  readonly writeBase64: Code;
}

let made: Codec | undefined;

/** Compiled when the thread first meets something large. */
const codec = (): Codec => (made ??= makeCodec());

function makeCodec(): Codec {
  const { memoryPages } = layout;
  const memory = new WebAssembly.Memory({ initial: memoryPages, maximum: memoryPages });
  const bytes = new Uint8Array(memory.buffer);
  layout.writeTables(memory.buffer);
  const number = (at: number, length: number): number => Number(latin1.decode(bytes.subarray(at, at + length)));
  const module = new WebAssembly.Module(codecModule());
  const code = new WebAssembly.Instance(module, { codec: { memory, number } }).exports as Record<string, Code>;
  return {
    bytes,
    words: new Int32Array(memory.buffer),
    numbers: new Float64Array(memory.buffer),
    read: code['read'],
    print: Object.fromEntries(dtypes.map((dtype) => [dtype, code[`print_${dtype}`]])) as Codec['print'],
    readBase64: code['base64_read'],
    textEnd: code['text_end'] as unknown as Codec['textEnd'],
    writeBase64: code['base64_write'],
  };
}

function codecModule(): Uint8Array<ArrayBuffer> {
  const module = new Module();
  module.importMemory('codec', 'memory', layout.memoryPages, layout.memoryPages, false);
  const hardNumber = module.importFunction('codec', 'number', ['i32', 'i32'], ['f64']);
  addReader(module, hardNumber);
  addPrinters(module);
  addBase64(module);
  addTextEnd(module);
  return module.finish();
}

const latin1 = new TextDecoder('latin1');

/** The bytes of elements as they lie in memory: little-endian, which every WebAssembly host of today is. */
const bytesOf = (data: TensorData): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

// -- decimals in ---------------------------------------------------------------------------------------------------

/** A number begins at least this far from the end of a window, or it is not read in this window. */
const margin = 1024;

/** Reads lists of numbers out of one body. */
export class ListReader {
  readonly #body: Uint8Array;
  readonly #most: number;
  /** The part of the body that the codec's memory holds. */
  #from = 0;
  #to = 0;

  /** Lists of more than `mostElements` are not read. No other reader is used before this one is done with. */
  constructor(body: Uint8Array, mostElements: number) {
    this.#body = body;
    this.#most = mostElements;
  }

  /**
   * The list that begins with the [ at `at`, where it ends, and how many numbers it has. Null where it is not a rectangular
   * list of finite numbers without empty lists: what it is then, and what is wrong with it, JSON.parse has to say. Each
   * number is the float64 nearest to it, as JSON.parse reads it. Source of the grammar: RFC 8259.
   */
  read(at: number): { readonly list: NumberList; readonly end: number; readonly count: number } | null {
    const { words, numbers, read } = codec();
    words[state.depth / 4] = 0;
    words[state.rank / 4] = 0;
    words[state.row / 4] = 0;
    const pieces: Float64Array[] = [];
    let count = 0;
    for (let next = at; ;) {
      const last = this.#load(next);
      const safe = layout.windowAt + (this.#to - this.#from) - (last ? 0 : margin);
      const stop = read(layout.windowAt + next - this.#from, safe, layout.outAt);
      const end = words[state.out / 4];
      const status = words[state.status / 4];
      count += (end - layout.outAt) / 8;
      if (status === outcome.refused || count > this.#most || (status === outcome.more && last)) return null;
      pieces.push(numbers.slice(layout.outAt / 8, end / 8));
      next = this.#from + stop - layout.windowAt;
      if (status === outcome.done) return { list: new NumberList(shapeIn(words), pieces), end: next, count };
    }
  }

  /** Brings the body from `at` on into the window, unless enough of it is there; true where its end is. */
  #load(at: number): boolean {
    const end = this.#body.length;
    const held = at >= this.#from && at < (this.#to === end ? end : this.#to - 2 * margin);
    if (!held) {
      this.#from = at;
      this.#to = Math.min(end, at + layout.windowBytes);
      const { bytes } = codec();
      bytes.set(this.#body.subarray(this.#from, this.#to), layout.windowAt);
      const stop = layout.windowAt + this.#to - this.#from;
      bytes.fill(0, stop, stop + layout.paddingBytes);
    }
    return this.#to === end;
  }
}

function shapeIn(words: Int32Array): number[] {
  const shape: number[] = [];
  for (let depth = 1; depth <= words[state.rank / 4]; depth++) shape.push(words[layout.shapeAt / 4 + depth]);
  return shape;
}

// -- decimals out --------------------------------------------------------------------------------------------------

/**
 * JSON of elements in nested lists, piece by piece: each piece lies in the codec's memory and is to be copied before the
 * next. Floats print as the shortest decimal that reads back as the same float of their dtype, in JavaScript's format;
 * -0 as -0.0, non-finite ones and int64 beyond ±2^53 as strings. The shape has at least one axis and no axis of length 0.
 */
export function printLists(dtype: DType, shape: Shape, data: TensorData, take: (piece: Uint8Array) => void): void {
  const { words, bytes, print } = codec();
  words[state.rank / 4] = shape.length;
  words[state.row / 4] = 0;
  shape.forEach((length, i) => {
    words[layout.shapeAt / 4 + i + 1] = length;
    words[layout.countsAt / 4 + i + 1] = 0;
  });
  bytes.fill(0x5b, layout.outAt, layout.outAt + shape.length);
  let out = layout.outAt + shape.length;
  const from = bytesOf(data);
  const most = elementsAtOnce(shape.length, dtype) * itemBytes(dtype);
  for (let at = 0; at < from.length; at += most) {
    const part = from.subarray(at, at + most);
    bytes.set(part, layout.windowAt);
    out = print[dtype](layout.windowAt, layout.windowAt + part.length, out);
    take(bytes.subarray(layout.outAt, out));
    out = layout.outAt;
  }
}

// -- base64 --------------------------------------------------------------------------------------------------------

/** Characters and bytes at once. */
const charactersAtOnce = layout.windowBytes;
const bytesAtOnce = (charactersAtOnce / 4) * 3;
const groupCharacters = 16;

/** Base64 of the elements' bytes, in pieces as `printLists` gives them. Source: RFC 4648, section 4. */
export function printBase64(data: TensorData, take: (piece: Uint8Array) => void): void {
  const { bytes, writeBase64 } = codec();
  const from = bytesOf(data);
  for (let at = 0; at < from.length; at += bytesAtOnce) {
    const part = from.subarray(at, at + bytesAtOnce);
    const end = layout.windowAt + part.length;
    bytes.set(part, layout.windowAt);
    bytes.fill(0, end, end + 2);
    writeBase64(layout.windowAt, end, layout.outAt);
    const out = layout.outAt + 4 * Math.ceil(part.length / 3);
    if (part.length % 3 !== 0) bytes.fill('='.charCodeAt(0), out - (3 - (part.length % 3)), out);
    take(bytes.subarray(layout.outAt, out));
  }
}

/** How many bytes base64 of this length and this end stands for, if it is base64; null where it cannot be. */
export function bytesInBase64(text: Uint8Array): number | null {
  return text.length % 4 === 0 ? (text.length / 4) * 3 - paddingOf(text) : null;
}

const paddingOf = (text: Uint8Array): number =>
  text.length === 0 || text.at(-1) !== equals ? 0 : text.at(-2) === equals ? 2 : 1;

/**
 * Writes what base64 stands for into `to`, which has room for `bytesInBase64`. Strictly read: no white space, all padding.
 * False where it is not base64, and then anything may be in `to`.
 */
export function readBase64Into(text: Uint8Array, to: Uint8Array): boolean {
  if (text.length % 4 !== 0) return false;
  const padding = paddingOf(text);
  const { bytes, readBase64: read } = codec();
  for (let at = 0; at < text.length; at += charactersAtOnce) {
    const part = text.subarray(at, at + charactersAtOnce);
    const end = layout.windowAt + part.length;
    bytes.set(part, layout.windowAt);
    // The last group in full: A is zero bits.
    const last = at + part.length === text.length;
    bytes.fill('A'.charCodeAt(0), last ? end - padding : end, end + groupCharacters);
    const stop = read(layout.windowAt, end, layout.outAt);
    if (stop < end) return false;
    const length = (part.length / 4) * 3 - (last ? padding : 0);
    to.set(bytes.subarray(layout.outAt, layout.outAt + length), (at / 4) * 3);
  }
  return true;
}

/** The bytes that base64 stands for, in memory of their own; null where it is not base64. */
export function readBase64(text: Uint8Array): Uint8Array<ArrayBuffer> | null {
  const length = bytesInBase64(text);
  if (length === null) return null;
  const bytes = new Uint8Array(length);
  return readBase64Into(text, bytes) ? bytes : null;
}

/** Where the string ends whose first character stands at `at`: at a quote, if it is ASCII without escapes; else null. */
export function plainStringEnd(body: Uint8Array, at: number): number | null {
  const { bytes, textEnd } = codec();
  // Where numbers go: the window may hold a part of the body for a reader of lists.
  const { outAt: here, windowBytes } = layout;
  for (let from = at; from < body.length; from += windowBytes) {
    const part = body.subarray(from, from + windowBytes);
    bytes.set(part, here);
    const found = textEnd(here, here + part.length) - here;
    if (found < part.length) return part[found] === quote ? from + found : null;
  }
  return null;
}

const quote = '"'.charCodeAt(0);
const equals = '='.charCodeAt(0);
