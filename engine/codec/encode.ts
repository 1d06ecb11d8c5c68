// Answers onto the wire: JSON text in which every number reads back as itself, as UTF-8 bytes.

import type { Tensor, TensorData } from '../ir/tensor.ts';
import type { SparseTensor } from '../sparse/layout.ts';
import { printBase64, printLists } from './codec.ts';

export type Encoding = 'json' | 'base64';

/** UTF-8 JSON of a plain value whose tensors are written as wire tensors: {dtype, shape, data} or {dtype, shape, base64}. */
export function encodeJson(value: unknown, encoding: Encoding): Uint8Array<ArrayBuffer> {
  const length = new JsonLength();
  if (encoding === 'base64') write(length, value, encoding);
  const out = new JsonBytes(length.finish());
  write(out, value, encoding);
  return out.finish();
}

/** Where JSON goes: text, UTF-8, and base64 of elements. */
interface Sink {
  text(text: string): void;
  readonly bytes: (piece: Uint8Array) => void;
  base64(data: TensorData): void;
}

/** Counts the bytes of an answer, which is then written where it stays: copying it there takes as long as printing it. */
class JsonLength implements Sink {
  #text = '';
  #bytes = 0;

  text(text: string): void {
    this.#text += text;
  }

  readonly bytes = (piece: Uint8Array): void => {
    this.#bytes += piece.length;
  };

  base64(data: TensorData): void {
    this.#bytes += 4 * Math.ceil(data.byteLength / 3);
  }

  finish(): number {
    return this.#bytes + utf8.encode(this.#text).length;
  }
}

/**
 * The first piece of every answer: few are longer. Buffers are garbage that V8 counts beside its heap: with new ones for each
 * of thousands of answers a second, half of the time would go into collecting it.
 */
const first = new Uint8Array(64 * 1024);

/** Bytes of an answer, text and numbers, in pieces until the end. One at a time. */
class JsonBytes implements Sink {
  /** Text that is not yet bytes: many short pieces are joined as a string first. */
  #text = '';
  readonly #full: Uint8Array[] = [];
  #open: Uint8Array<ArrayBuffer>;
  #length = 0;

  /** An answer of so many bytes, or of a number that nobody knows yet, below 1. */
  constructor(bytes: number) {
    this.#open = bytes > first.length ? new Uint8Array(bytes) : first;
  }

  text(text: string): void {
    this.#text += text;
  }

  base64(data: TensorData): void {
    printBase64(data, this.bytes);
  }

  /** Copies the bytes, after all text so far. */
  readonly bytes = (piece: Uint8Array): void => {
    this.#flush();
    this.#append(piece);
  };

  #flush(): void {
    if (this.#text === '') return;
    // UTF-8 takes at most three bytes for a UTF-16 unit.
    if (3 * this.#text.length <= this.#open.length - this.#length) {
      this.#length += utf8.encodeInto(this.#text, this.#open.subarray(this.#length)).written;
    } else this.#append(utf8.encode(this.#text));
    this.#text = '';
  }

  #append(piece: Uint8Array): void {
    if (piece.length > this.#open.length - this.#length) {
      this.#full.push(this.#open.subarray(0, this.#length));
      this.#open = new Uint8Array(Math.max(piece.length, Math.min(2 * this.#open.length, largestPiece)));
      this.#length = 0;
    }
    this.#open.set(piece, this.#length);
    this.#length += piece.length;
  }

  /** All of it, in a buffer of its own. */
  finish(): Uint8Array<ArrayBuffer> {
    if (this.#full.length === 0 && this.#length === 0) return utf8.encode(this.#text);
    this.#flush();
    if (this.#open !== first && this.#length === this.#open.length && this.#full.length === 0) return this.#open;
    this.#full.push(this.#open.subarray(0, this.#length));
    const all = new Uint8Array(this.#full.reduce((sum, piece) => sum + piece.length, 0));
    let at = 0;
    for (const piece of this.#full) {
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  }
}

const largestPiece = 1024 * 1024;
const utf8 = new TextEncoder();

function write(out: Sink, value: unknown, encoding: Encoding): void {
  if (typeof value === 'string') out.text(quoted(value));
  else if (typeof value === 'number') out.text(printNumber(value));
  else if (typeof value !== 'object' || value === null) out.text(JSON.stringify(value ?? null));
  else if (isSparse(value)) writeSparse(out, value, encoding);
  else if (isTensor(value)) writeTensor(out, value, encoding);
  else if (Array.isArray(value)) {
    out.text('[');
    for (let i = 0; i < value.length; i++) {
      if (i > 0) out.text(',');
      write(out, value[i], encoding);
    }
    out.text(']');
  } else {
    let before = '{';
    for (const key of Object.keys(value)) {
      const item = (value as Readonly<Record<string, unknown>>)[key];
      if (item === undefined) continue;
      out.text(`${before}${quoted(key)}:`);
      write(out, item, encoding);
      before = ',';
    }
    out.text(before === '{' ? '{}' : '}');
  }
}

/** Names and words have nothing to escape, as a rule: seeing that is quicker than looking for it. */
const quoted = (text: string): string => (/^[\w:.-]*$/.test(text) ? `"${text}"` : JSON.stringify(text));

const isSparse = (value: unknown): value is SparseTensor =>
  typeof value === 'object' && value !== null && 'indices' in value && isTensor(value);

/** Lists of indices and of elements in place of nested data; as base64, the lists are tensors of int32. */
function writeSparse(out: Sink, { dtype, shape, indices, indptr, data }: SparseTensor, encoding: Encoding): void {
  out.text(`{"dtype":"${dtype}","shape":[${shape.join(',')}]`);
  const list = (key: string, tensor: Tensor): void => {
    out.text(`,"${key}":`);
    if (encoding === 'base64') writeTensor(out, tensor, encoding);
    else writeLists(out, tensor);
  };
  if (indptr !== undefined) list('indptr', indptr);
  list('indices', indices);
  if (encoding === 'base64') {
    out.text(',"base64":"');
    out.base64(data);
    out.text('"}');
    return;
  }
  out.text(',"data":');
  writeLists(out, { dtype, shape: [data.length], data });
  out.text('}');
}

const fewNumbers = 4;

const isTensor = (value: unknown): value is Tensor =>
  typeof value === 'object' && value !== null && 'data' in value && ArrayBuffer.isView(value.data);

function writeTensor(out: Sink, { dtype, shape, data }: Tensor, encoding: Encoding): void {
  out.text(`{"dtype":"${dtype}","shape":[${shape.join(',')}],`);
  if (encoding === 'base64') {
    out.text('"base64":"');
    out.base64(data);
    out.text('"}');
    return;
  }
  out.text('"data":');
  writeLists(out, { dtype, shape, data });
  out.text('}');
}

function writeLists(out: Sink, { dtype, shape, data }: Tensor): void {
  if (data.length === 0) out.text(emptyLists(shape));
  // Few numbers are written faster than they are handed to compiled code.
  else if (dtype === 'float64' && data.length <= fewNumbers && shape.length <= 1) {
    const numbers = Array.from(data as Float64Array, printNumber).join(',');
    out.text(shape.length === 0 ? numbers : `[${numbers}]`);
  }
  // A scalar is the one element of a list.
  else if (shape.length === 0) printLists(dtype, [1], data, (piece) => out.bytes(piece.subarray(1, piece.length - 1)));
  else printLists(dtype, shape, data, out.bytes);
}

/** The lists of a tensor without elements, all alike: (2, 0) is [[],[]]. */
function emptyLists(shape: readonly number[]): string {
  let text = '[]';
  for (let axis = shape.indexOf(0) - 1; axis >= 0; axis--) text = `[${`${text},`.repeat(shape[axis] - 1)}${text}]`;
  return text;
}

/**
 * The shortest decimal that reads back as this float64; non-finite numbers as strings. Minus zero keeps its sign, with a
 * fraction: -0 is an integer to Python's json and to many others, and integers have no such zero.
 */
function printNumber(x: number): string {
  if (x - x !== 0) return `"${x}"`;
  return x === 0 && 1 / x < 0 ? '-0.0' : String(x);
}
