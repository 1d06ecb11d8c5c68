// Answers onto the wire: JSON text in which every number reads back as itself.

import type { Tensor, TensorData } from '../ir/tensor.ts';

export type Encoding = 'json' | 'base64';

/** JSON text of a plain value whose tensors are written as wire tensors: {dtype, shape, data} or {dtype, shape, base64}. */
export function encodeJson(value: unknown, encoding: Encoding): string {
  if (isTensor(value)) return encodeTensor(value, encoding);
  if (Array.isArray(value)) return `[${value.map((item) => encodeJson(item, encoding)).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).filter(([, item]) => item !== undefined);
    return `{${fields.map(([key, item]) => `${JSON.stringify(key)}:${encodeJson(item, encoding)}`).join(',')}}`;
  }
  return typeof value === 'number' ? printFloat64(value) : JSON.stringify(value ?? null);
}

const isTensor = (value: unknown): value is Tensor =>
  typeof value === 'object' && value !== null && 'data' in value && ArrayBuffer.isView(value.data);

function encodeTensor(tensor: Tensor, encoding: Encoding): string {
  const head = `{"dtype":"${tensor.dtype}","shape":[${tensor.shape.join(',')}],`;
  if (encoding === 'base64') return `${head}"base64":"${toBase64(tensor.data)}"}`;
  return `${head}"data":${nested(tensor)}}`;
}

function nested(tensor: Tensor): string {
  const { shape } = tensor;
  const print = printerOf(tensor);
  if (shape.length === 0) return print(0);
  if (tensor.data.length === 0) return emptyLists(shape);
  const width = shape[shape.length - 1];
  let at = 0;
  const row = (): string => {
    const from = at;
    at += width;
    if (tensor.data instanceof Float64Array) {
      const plain = plainRow(tensor.data.subarray(from, at));
      if (plain !== null) return plain;
    }
    return `[${Array.from({ length: width }, (_, i) => print(from + i)).join(',')}]`;
  };
  const write = (depth: number): string =>
    depth === shape.length - 1 ? row() : `[${Array.from({ length: shape[depth] }, () => write(depth + 1)).join(',')}]`;
  return write(0);
}

/** Numbers that JSON has as they are, by the engine's own writer; null where one is not finite or is -0. */
function plainRow(row: Float64Array): string | null {
  for (const x of row) if (x - x !== 0 || Object.is(x, -0)) return null;
  return JSON.stringify(Array.from(row));
}

/** The lists of a tensor without elements, all alike: (2, 0) is [[],[]]. */
function emptyLists(shape: readonly number[]): string {
  let text = '[]';
  for (let axis = shape.indexOf(0) - 1; axis >= 0; axis--) text = `[${`${text},`.repeat(shape[axis] - 1)}${text}]`;
  return text;
}

function printerOf({ dtype, data }: Tensor): (i: number) => string {
  switch (dtype) {
    case 'float64':
      return (i) => printFloat64(data[i] as number);
    case 'float32':
      return (i) => printFloat32(data[i] as number);
    case 'bool':
      return (i) => (data[i] ? 'true' : 'false');
    case 'int64':
      return (i) => printInt64(data[i] as bigint);
    default:
      return (i) => String(data[i]);
  }
}

/**
 * The shortest decimal that reads back as this float64; non-finite numbers as strings. Minus zero keeps its sign, with a
 * fraction: -0 is an integer to Python's json and to many others, and integers have no such zero.
 */
function printFloat64(x: number): string {
  if (x !== x) return '"NaN"';
  if (x === Infinity) return '"Infinity"';
  if (x === -Infinity) return '"-Infinity"';
  return x === 0 && 1 / x < 0 ? '-0.0' : String(x);
}

/** The shortest decimal that reads back as this float32: 0.1, not 0.10000000149011612. */
function printFloat32(x: number): string {
  if (!(Math.abs(x) < Infinity) || x === 0 || Number.isInteger(x)) {
    if (Number.isInteger(x) && Math.abs(x) > 16777216) return shortest(x);
    return printFloat64(x);
  }
  return shortest(x);
}

function shortest(x: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const text = x.toPrecision(digits);
    if (Math.fround(Number(text)) === x) return String(Number(text));
  }
  return String(Number(x.toPrecision(9)));
}

/** Beyond ±2^53 a JSON number loses digits in most readers, so a string carries it. */
const printInt64 = (x: bigint): string => (x >= -9007199254740992n && x <= 9007199254740992n ? String(x) : `"${x}"`);

const alphabet = Uint8Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', (letter) =>
  letter.charCodeAt(0),
);
const ascii = new TextDecoder('latin1');

/** RFC 4648 section 4. By hand, for btoa wants a string of the bytes first, which takes ten times as long. */
function toBase64(data: TensorData): string {
  const bytes = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
  const text = new Uint8Array(4 * Math.ceil(bytes.length / 3)).fill('='.charCodeAt(0));
  const whole = bytes.length - (bytes.length % 3);
  let to = 0;
  for (let i = 0; i < whole; i += 3) {
    const three = (bytes[i] << 16) | (bytes[i + 1] << 8) | bytes[i + 2];
    text[to++] = alphabet[three >> 18];
    text[to++] = alphabet[(three >> 12) & 63];
    text[to++] = alphabet[(three >> 6) & 63];
    text[to++] = alphabet[three & 63];
  }
  const left = bytes.length - whole;
  if (left > 0) {
    const rest = (bytes[whole] << 16) | (left === 2 ? bytes[whole + 1] << 8 : 0);
    for (let i = 0; i <= left; i++) text[to++] = alphabet[(rest >> (18 - 6 * i)) & 63];
  }
  return ascii.decode(text);
}
