// Elements between memory and lanes: contiguous, repeated or strided, of every dtype, whole vectors or parts of one.

import type { DType } from '../ir/aval.ts';
import { itemBytes } from '../ir/aval.ts';
import type { Code, Local } from './assembler.ts';
import type { Kind } from './lanes.ts';
import { widthOf } from './body.ts';

/** Where vector `part` of a step begins: an address on the stack plus an offset. */
export interface Spot {
  /** Leaves the changing part of the address on the stack. */
  readonly index: (code: Code) => void;
  readonly offset: number;
  /** Bytes from one element to the next. */
  readonly stride: number;
}

const lanesPer = (kind: Kind): number => 128 / widthOf(kind);

/** Leaves one vector of elements on the stack; `count` lanes matter. Reads up to 16 bytes where elements are dense. */
export function loadVector(code: Code, dtype: DType, kind: Kind, spot: Spot, part: number, count: number): void {
  const bytes = itemBytes(dtype);
  const offset = spot.offset + part * lanesPer(kind) * spot.stride;
  const { index, stride } = spot;
  if (stride === 0) {
    index(code);
    if (bytes === 1) {
      code.mem('i32.load8_u', offset);
      code.op('i32x4.splat');
    } else code.mem(bytes === 4 ? 'v128.load32_splat' : 'v128.load64_splat', offset);
  } else if (bytes === 1) {
    loadBytes(code, index, offset, stride, count);
  } else if (stride === bytes) {
    index(code);
    code.mem('v128.load', offset);
  } else {
    index(code);
    code.mem(bytes === 4 ? 'v128.load32_zero' : 'v128.load64_zero', offset);
    const vector = code.local('v128');
    for (let lane = 1; lane < count; lane++) {
      code.set(vector);
      index(code);
      code.get(vector);
      code.memLane(bytes === 4 ? 'v128.load32_lane' : 'v128.load64_lane', offset + lane * stride, lane);
    }
    code.release(vector);
  }
  // 1 becomes a mask of ones.
  if (dtype === 'bool') code.op('i32x4.neg');
}

function loadBytes(code: Code, index: Spot['index'], offset: number, stride: number, count: number): void {
  if (stride === 1) {
    index(code);
    code.mem('v128.load32_zero', offset);
    code.op('i16x8.extend_low_i8x16_u');
    code.op('i32x4.extend_low_i16x8_u');
    return;
  }
  index(code);
  code.mem('i32.load8_u', offset);
  code.op('i32x4.splat');
  for (let lane = 1; lane < count; lane++) {
    index(code);
    code.mem('i32.load8_u', offset + lane * stride);
    code.lane('i32x4.replace_lane', lane);
  }
}

/** Writes `count` lanes of a vector as elements side by side, and nothing beyond them. */
export function storeVector(
  code: Code,
  dtype: DType,
  kind: Kind,
  spot: Spot,
  part: number,
  count: number,
  value: Local,
): void {
  const { index } = spot;
  const offset = spot.offset + part * lanesPer(kind) * spot.stride;
  if (itemBytes(dtype) === 1) {
    storeBytes(code, dtype, index, offset, count, value);
    return;
  }
  const lane = (name: 'v128.store32_lane' | 'v128.store64_lane', at: number, i: number): void => {
    index(code);
    code.get(value);
    code.memLane(name, offset + at, i);
  };
  if (count === lanesPer(kind)) {
    index(code);
    code.get(value);
    code.mem('v128.store', offset);
  } else if (widthOf(kind) === 64) lane('v128.store64_lane', 0, 0);
  else {
    if (count >= 2) lane('v128.store64_lane', 0, 0);
    if (count !== 2) lane('v128.store32_lane', 4 * (count - 1), count - 1);
  }
}

const lowBytes = Uint8Array.from({ length: 16 }, (_, i) => (i % 4 === 0 ? 255 : 0));

/** Masks and integers of 32 bits as bytes: of what was added or multiplied up, the low one. */
function storeBytes(code: Code, dtype: DType, index: Spot['index'], offset: number, count: number, value: Local): void {
  const packed = code.local('v128');
  code.get(value);
  if (dtype === 'bool') code.op('i32x4.neg');
  else {
    code.v128(lowBytes);
    code.op('v128.and');
  }
  code.get(value);
  code.op('i16x8.narrow_i32x4_u');
  code.get(value);
  code.op('i8x16.narrow_i16x8_u');
  code.set(packed);
  const lane = (name: 'v128.store8_lane' | 'v128.store16_lane' | 'v128.store32_lane', at: number, i: number): void => {
    index(code);
    code.get(packed);
    code.memLane(name, offset + at, i);
  };
  if (count === 4) lane('v128.store32_lane', 0, 0);
  else {
    if (count >= 2) lane('v128.store16_lane', 0, 0);
    if (count !== 2) lane('v128.store8_lane', count - 1, count - 1);
  }
  code.release(packed);
}
