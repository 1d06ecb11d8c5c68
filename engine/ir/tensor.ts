// A tensor in memory: a dtype, a shape and row-major elements.

import type { DType, Shape } from './aval.ts';

export type TensorData = Float64Array | Float32Array | BigInt64Array | Int32Array | Uint8Array;

export interface Tensor {
  readonly dtype: DType;
  readonly shape: Shape;
  /** Row-major elements; bool is 0 or 1 in a Uint8Array. */
  readonly data: TensorData;
}

/** Memory for `length` zeros of a dtype. */
export function allocate(dtype: DType, length: number): TensorData {
  switch (dtype) {
    case 'float64':
      return new Float64Array(length);
    case 'float32':
      return new Float32Array(length);
    case 'int64':
      return new BigInt64Array(length);
    case 'int32':
      return new Int32Array(length);
    case 'uint8':
    case 'bool':
      return new Uint8Array(length);
  }
}

/** A typed tensor from plain numbers (or bigints); floats round, int64 takes bigints or safe integers. */
export function tensorOf(dtype: DType, shape: Shape, values: ArrayLike<number | bigint | boolean>): Tensor {
  const data = allocate(dtype, values.length);
  for (let i = 0; i < values.length; i++) setElement(data, i, values[i]);
  return { dtype, shape, data };
}

export const scalarTensor = (dtype: DType, value: number | bigint | boolean): Tensor => tensorOf(dtype, [], [value]);

/** Stores a number of any JS type; the caller has checked its range. */
export function setElement(data: TensorData, i: number, value: number | bigint | boolean): void {
  if (data instanceof BigInt64Array) data[i] = typeof value === 'bigint' ? value : BigInt(value);
  else data[i] = Number(value);
}

/** How the integer that a computation gives is kept as an element of a dtype: wrapped; bool is "not zero". */
export function integerStore(dtype: DType): (y: bigint) => number | bigint {
  switch (dtype) {
    case 'int64':
      return (y) => BigInt.asIntN(64, y);
    case 'int32':
      return (y) => Number(BigInt.asIntN(32, y));
    case 'uint8':
      return (y) => Number(BigInt.asUintN(8, y));
    case 'bool':
      return (y) => (y === 0n ? 0 : 1);
    default:
      return (y) => Number(y);
  }
}

/** The elements as JS numbers, for shapes, indices and tests. */
export const toNumbers = (tensor: Tensor): number[] => Array.from(tensor.data as ArrayLike<number | bigint>, Number);

/**
 * Converts one number to a dtype as `astype` does: floats round, float to integer truncates and saturates with NaN → 0,
 * integers wrap, anything to bool is "not zero".
 */
export function convertTensor(tensor: Tensor, dtype: DType): Tensor {
  if (tensor.dtype === dtype) return tensor;
  const n = tensor.data.length;
  const out = allocate(dtype, n);
  const fromFloat = tensor.data instanceof Float64Array || tensor.data instanceof Float32Array;
  for (let i = 0; i < n; i++) {
    const x = tensor.data[i];
    if (dtype === 'bool') out[i] = Number(x) !== 0 ? 1 : 0;
    else if (out instanceof BigInt64Array) out[i] = fromFloat ? floatToInteger(x as number, 64) : BigInt(x);
    else if (out instanceof Int32Array || out instanceof Uint8Array) {
      const bits = out instanceof Int32Array ? 32 : 8;
      if (fromFloat) out[i] = Number(floatToInteger(x as number, bits));
      else out[i] = bits === 32 ? Number(BigInt.asIntN(32, BigInt(x))) : Number(BigInt.asUintN(8, BigInt(x)));
    } else out[i] = Number(x);
  }
  return { dtype, shape: tensor.shape, data: out };
}

function floatToInteger(x: number, bits: 64 | 32 | 8): bigint {
  if (Number.isNaN(x)) return 0n;
  const low = bits === 8 ? 0n : -(1n << BigInt(bits - 1));
  const high = bits === 8 ? 255n : (1n << BigInt(bits - 1)) - 1n;
  if (x >= Number(high)) return high;
  if (x <= Number(low)) return low;
  return BigInt(Math.trunc(x));
}
