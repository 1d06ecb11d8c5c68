// What the micro-kernels on float32 and float64 are written with: the instructions of a dtype, products added up, vectors interleaved.

import type { FloatDType } from '../../ir/aval.ts';
import type { Code, Local } from '../assembler.ts';
import type { Memory, MemoryLane, Plain } from '../opcodes.ts';

/** The instructions of one dtype. */
export interface Elements {
  readonly bytes: number;
  /** Elements of a v128. */
  readonly lanes: number;
  readonly type: 'f32' | 'f64';
  readonly splat: Memory;
  readonly load: Memory;
  readonly store: Memory;
  readonly storeLane: MemoryLane;
  readonly scalarAdd: Plain;
  readonly add: Plain;
  readonly mul: Plain;
  readonly madd: Plain;
}

export const elements: Record<FloatDType, Elements> = {
  float32: {
    bytes: 4,
    lanes: 4,
    type: 'f32',
    splat: 'v128.load32_splat',
    load: 'f32.load',
    store: 'f32.store',
    storeLane: 'v128.store32_lane',
    scalarAdd: 'f32.add',
    add: 'f32x4.add',
    mul: 'f32x4.mul',
    madd: 'f32x4.relaxed_madd',
  },
  float64: {
    bytes: 8,
    lanes: 2,
    type: 'f64',
    splat: 'v128.load64_splat',
    load: 'f64.load',
    store: 'f64.store',
    storeLane: 'v128.store64_lane',
    scalarAdd: 'f64.add',
    add: 'f64x2.add',
    mul: 'f64x2.mul',
    madd: 'f64x2.relaxed_madd',
  },
};

/** Sets the sum to x y + sum, or to x y where there is no sum yet; y may be what leaves it on the stack. */
export function multiplyAdd(
  code: Code,
  e: Elements,
  fused: boolean,
  sum: Local,
  x: Local,
  y: Local | (() => void),
  first = false,
): void {
  if (!first && !fused) code.get(sum);
  code.get(x);
  if (typeof y === 'function') y();
  else code.get(y);
  if (first) code.op(e.mul);
  else if (fused) {
    code.get(sum);
    code.op(e.madd);
  } else {
    code.op(e.mul);
    code.op(e.add);
  }
  code.set(sum);
}

const unpack = {
  low32: [0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23],
  high32: [8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31],
  low64: [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23],
  high64: [8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31],
} as const;
export type Unpacking = keyof typeof unpack;

/** Interleaves the low or high elements of two vectors. */
export function interleave(code: Code, x: Local, y: Local, how: Unpacking): void {
  code.get(x);
  code.get(y);
  code.shuffle(unpack[how]);
}
