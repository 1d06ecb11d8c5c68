// Tensors off the wire: bare, described or base64, checked against what is declared, with a JSON Pointer in every complaint.

import type { ErrorCode } from '../errors.ts';
import { EngineError } from '../errors.ts';
import type { DType, FloatDType, Shape } from '../ir/aval.ts';
import { dtypes, isFloat, itemBytes, maxRank, showShape, sizeOf, spanOf } from '../ir/aval.ts';
import type { Tensor, TensorData } from '../ir/tensor.ts';
import { allocate } from '../ir/tensor.ts';
import { bytesInBase64, readBase64, readBase64Into } from './codec.ts';
import { Base64Text, NumberList } from './lists.ts';

export interface DecodeOptions {
  /** Where the tensor stands in the request. */
  readonly pointer: string;
  /** What bare numbers become; a described tensor keeps its own dtype. */
  readonly dtype?: DType;
  readonly defaultFloat: FloatDType;
  /** Elements a tensor may have. */
  readonly maxElements: number;
  /** Memory to decode into where it is of the tensor's dtype and length; a complaint may leave anything there. */
  readonly into?: { readonly dtype: DType; readonly data: TensorData };
}

/** Memory for a tensor's elements: where it is wanted, or its own. */
const room = ({ into }: DecodeOptions, dtype: DType, size: number): TensorData =>
  into !== undefined && into.dtype === dtype && into.data.length === size ? into.data : allocate(dtype, size);

/** A tensor from its wire form. */
export function decodeTensor(wire: unknown, options: DecodeOptions): Tensor {
  if (isObject(wire)) return decodeDescribed(wire, options);
  return decodeNested(wire, options);
}

/** The dtype and shape of a wire tensor that may come without data, as `explain` takes it; null when it has data. */
export function declaredOnly(wire: unknown, pointer: string): { dtype: DType; shape: Shape } | null {
  if (!isObject(wire) || wire['data'] !== undefined || wire['base64'] !== undefined || wire['shape'] === undefined)
    return null;
  return { dtype: readDtype(wire['dtype'] ?? 'float64', pointer), shape: readShape(wire['shape'], pointer) };
}

const isObject = (x: unknown): x is Record<string, unknown> =>
  typeof x === 'object' && x !== null && !Array.isArray(x) && !(x instanceof NumberList);

function complain(code: ErrorCode, pointer: string, message: string, hint?: string): never {
  throw new EngineError(code, hint === undefined ? { pointer, message } : { pointer, message, hint });
}

function decodeDescribed(wire: Record<string, unknown>, options: DecodeOptions): Tensor {
  const { pointer } = options;
  if (ArrayBuffer.isView(wire['data'])) return wire as unknown as Tensor;
  for (const key of Object.keys(wire)) {
    if (!['dtype', 'shape', 'data', 'base64'].includes(key)) {
      complain(
        'E_TENSOR_SHAPE',
        `${pointer}/${escapePointer(key)}`,
        `A tensor has no field ${JSON.stringify(key)}.`,
        'Its fields are dtype, shape, and data or base64.',
      );
    }
  }
  const dtype = wire['dtype'] === undefined ? undefined : readDtype(wire['dtype'], `${pointer}/dtype`);
  const shape = wire['shape'] === undefined ? undefined : readShape(wire['shape'], `${pointer}/shape`);
  if (wire['base64'] !== undefined) {
    if (dtype === undefined || shape === undefined || wire['data'] !== undefined) {
      complain('E_TENSOR_SHAPE', pointer, 'A base64 tensor needs dtype and shape, and no data.');
    }
    return decodeBase64(wire['base64'], dtype, shape, options);
  }
  if (wire['data'] === undefined) {
    complain('E_TENSOR_SHAPE', pointer, 'A tensor needs its elements: data (numbers) or base64.');
  }
  const inner = { ...options, pointer: `${pointer}/data`, dtype: dtype ?? options.dtype };
  if (shape === undefined) return decodeNested(wire['data'], inner);
  const size = checkedSize(shape, options);
  const tensor = decodeNested(wire['data'], inner);
  const flat = tensor.shape.length <= 1 && tensor.data.length === size;
  if (!flat && !emptyAlike(tensor.shape, shape) && tensor.shape.join() !== shape.join()) {
    complain(
      'E_TENSOR_SHAPE',
      `${pointer}/data`,
      `The data has shape ${showShape(tensor.shape)}, and the tensor is declared ${showShape(shape)}.`,
      `Give data nested as the shape says, or flat with ${size} element${size === 1 ? '' : 's'} in row-major order.`,
    );
  }
  return { dtype: tensor.dtype, shape, data: tensor.data };
}

const emptyAlike = (a: Shape, b: Shape): boolean => sizeOf(a) === 0 && sizeOf(b) === 0;

function readDtype(given: unknown, pointer: string): DType {
  if (typeof given === 'string' && (dtypes as readonly string[]).includes(given)) return given as DType;
  complain('E_DTYPE', pointer, `There is no dtype ${JSON.stringify(given)}.`, `The dtypes are ${dtypes.join(', ')}.`);
}

function readShape(given: unknown, pointer: string): number[] {
  if (!Array.isArray(given)) complain('E_TENSOR_SHAPE', pointer, 'A shape is a list of sizes.');
  given.forEach((d: unknown, i) => {
    if (typeof d !== 'number' || !Number.isInteger(d) || d < 0 || d > Number.MAX_SAFE_INTEGER) {
      complain(
        'E_TENSOR_SHAPE',
        `${pointer}/${i}`,
        `A size is a whole number of at least 0, and this is ${JSON.stringify(d)}.`,
      );
    }
  });
  if (given.length > maxRank)
    complain('E_TENSOR_SHAPE', pointer, `A tensor has at most ${maxRank} axes, and this has ${given.length}.`);
  return given as number[];
}

function checkedSize(shape: Shape, { pointer, maxElements }: DecodeOptions): number {
  const size = sizeOf(shape);
  const span = spanOf(shape);
  if (span > maxElements) {
    complain(
      'E_LIMIT',
      pointer,
      `A tensor of shape ${showShape(shape)} has ${span} ${size === 0 ? 'empty lists' : 'elements'}; the limit is ${maxElements}.`,
    );
  }
  return size;
}

/** Nested lists of numbers: the shape is read off the first elements, every other list must agree. */
function decodeNested(wire: unknown, options: DecodeOptions): Tensor {
  if (wire instanceof NumberList) return decodeList(wire, options);
  const shape: number[] = [];
  for (let at: unknown = wire; Array.isArray(at); at = at[0]) {
    shape.push(at.length);
    if (shape.length > maxRank) complain('E_TENSOR_SHAPE', options.pointer, `A tensor has at most ${maxRank} axes.`);
    if (at.length === 0) break;
  }
  const size = checkedSize(shape, options);
  const dtype = options.dtype ?? (size > 0 && allBoolean(wire, shape) ? 'bool' : options.defaultFloat);
  const data = room(options, dtype, size);
  const store = storeFor(dtype, data);
  let count = 0;
  const fill = (list: unknown, depth: number, pointer: () => string): void => {
    if (depth === shape.length) {
      if (Array.isArray(list)) ragged(pointer(), `a list stands where other lists have a number`);
      store(count++, list, pointer);
      return;
    }
    if (!Array.isArray(list)) ragged(pointer(), `a number stands where a list of ${shape[depth]} was expected`);
    const items = list as unknown[];
    if (items.length !== shape[depth])
      ragged(pointer(), `this list has ${items.length} elements, the first one ${shape[depth]}`);
    if (depth === shape.length - 1 && dtype === 'float64') {
      // The common case, without a closure per element.
      for (let i = 0; i < items.length; i++) {
        const x = items[i];
        if (typeof x === 'number' && x - x === 0) data[count++] = x;
        else fill(x, depth + 1, () => `${pointer()}/${i}`);
      }
    } else for (let i = 0; i < items.length; i++) fill(items[i], depth + 1, () => `${pointer()}/${i}`);
  };
  fill(wire, 0, () => options.pointer);
  return { dtype, shape, data };
}

/** A list that was read from the body's bytes; which element does not fit, and why, its nested form tells. */
function decodeList(list: NumberList, options: DecodeOptions): Tensor {
  const { shape } = list;
  const dtype = options.dtype ?? options.defaultFloat;
  const data = room(options, dtype, checkedSize(shape, options));
  return list.copyTo(data, dtype) ? { dtype, shape, data } : decodeNested(list.nested(), options);
}

function ragged(pointer: string, why: string): never {
  complain(
    'E_TENSOR_SHAPE',
    pointer,
    `The lists do not make a rectangular array: ${why}.`,
    'All lists at the same depth need the same length.',
  );
}

function allBoolean(wire: unknown, shape: Shape): boolean {
  const every = (x: unknown, depth: number): boolean =>
    depth === shape.length ? typeof x === 'boolean' : Array.isArray(x) && x.every((y) => every(y, depth + 1));
  return every(wire, 0);
}

const nonFinite: ReadonlyMap<string, number> = new Map([
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
]);

const integerRange: Partial<Record<DType, readonly [bigint, bigint]>> = {
  uint8: [0n, 255n],
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
};

type Store = (i: number, x: unknown, pointer: () => string) => void;

function storeFor(dtype: DType, data: TensorData): Store {
  if (isFloat(dtype)) {
    return (i, x, pointer) => {
      data[i] = readFloat(x, dtype, pointer);
    };
  }
  if (dtype === 'bool') {
    return (i, x, pointer) => {
      if (x === true || x === 1) data[i] = 1;
      else if (x === false || x === 0) data[i] = 0;
      else complain('E_DTYPE', pointer(), `A bool is true or false, and this is ${show(x)}.`);
    };
  }
  return (i, x, pointer) => {
    const n = readInteger(x, dtype, pointer);
    data[i] = data instanceof BigInt64Array ? n : Number(n);
  };
}

function readFloat(x: unknown, dtype: DType, pointer: () => string): number {
  if (typeof x === 'boolean') return x ? 1 : 0;
  const value = typeof x === 'string' ? nonFinite.get(x) : x;
  if (typeof value !== 'number') {
    const hint =
      x === null
        ? 'A missing number is not a number: write "NaN" if that is what is meant.'
        : 'Numbers are JSON numbers, or the strings "NaN", "Infinity", "-Infinity".';
    complain('E_TENSOR_SHAPE', pointer(), `A number was expected, and this is ${show(x)}.`, hint);
  }
  const overflow =
    typeof x === 'number' && (!Number.isFinite(x) || (dtype === 'float32' && !Number.isFinite(Math.fround(x))));
  if (overflow) {
    complain(
      'E_NUMBER_OVERFLOW',
      pointer(),
      `The number is too large for ${dtype}.`,
      'Write "Infinity" if that is what is meant.',
    );
  }
  return value;
}

function readInteger(x: unknown, dtype: DType, pointer: () => string): bigint {
  let n: bigint;
  if (typeof x === 'number' && Number.isInteger(x)) {
    if (dtype === 'int64' && !Number.isSafeInteger(x)) {
      complain(
        'E_NUMBER_OVERFLOW',
        pointer(),
        'An int64 beyond ±2^53 does not survive as a JSON number.',
        'Write it as a string of its digits: "9007199254740993".',
      );
    }
    n = BigInt(x);
  } else if (typeof x === 'string' && /^-?\d{1,20}$/.test(x)) n = BigInt(x);
  else if (typeof x === 'boolean') n = x ? 1n : 0n;
  else complain('E_DTYPE', pointer(), `The dtype is ${dtype}, and ${show(x)} is no integer.`);
  const [low, high] = integerRange[dtype]!;
  if (n < low || n > high) complain('E_NUMBER_OVERFLOW', pointer(), `${n} does not fit ${dtype} (${low} to ${high}).`);
  return n;
}

function show(x: unknown): string {
  const text = typeof x === 'number' ? String(x) : JSON.stringify(x);
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}

function decodeBase64(given: unknown, dtype: DType, shape: Shape, options: DecodeOptions): Tensor {
  const pointer = `${options.pointer}/base64`;
  if (typeof given !== 'string' && !(given instanceof Base64Text))
    complain('E_TENSOR_SHAPE', pointer, 'base64 is a string.');
  const size = checkedSize(shape, options);
  const want = size * itemBytes(dtype);
  const text = typeof given === 'string' ? utf8.encode(given) : given.text;
  const found = bytesInBase64(text);
  const data = room(options, dtype, size);
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (found === want ? !readBase64Into(text, bytes) : readBase64(text) === null) {
    complain(
      'E_TENSOR_SHAPE',
      pointer,
      'The string is not base64.',
      'Use the standard alphabet (A–Z a–z 0–9 + /) with padding.',
    );
  }
  if (found !== want) {
    complain(
      'E_TENSOR_SHAPE',
      pointer,
      `${dtype} of shape ${showShape(shape)} is ${want} bytes, and the base64 holds ${found}.`,
    );
  }
  if (dtype === 'bool' && bytes.some((x) => x > 1)) complain('E_DTYPE', pointer, 'The bytes of a bool are 0 or 1.');
  return { dtype, shape, data };
}

const utf8 = new TextEncoder();

/** One step of a JSON Pointer (RFC 6901). */
export const escapePointer = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');
