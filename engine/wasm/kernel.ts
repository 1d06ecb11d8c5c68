// A kernel: one function of a module that computes whole tensors, for what is no loop over elements.

import type { DType, Shape } from '../ir/aval.ts';
import type { FunctionRef, Module } from './assembler.ts';

/** What a kernel reads or writes: contiguous and row-major, at an address it is given. */
export interface Place {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** An operand that is read where it lies: strides in elements, 0 for a repeated axis; the address is of element 0. */
export interface StridedPlace extends Place {
  readonly strides: readonly number[];
}

export interface Kernel {
  /** (inputs …, outputs …, scratch, chunk: i32) → (): addresses in bytes, and which piece of the work to do. */
  readonly run: FunctionRef;
  /** Pieces, fixed by the shapes alone, that may run in any order or at once: the bits do not depend on it. */
  readonly chunks: number;
  /** All of it at once for a thread that is alone: the same bits with less of what pieces prepare each for itself. Chunk is 0. */
  readonly whole?: FunctionRef;
  /** Bytes of scratch memory, for all chunks together. */
  readonly scratchBytes: number;
  /** Operands that the first output may be written over: contiguous ones, of as many bytes. */
  readonly inPlace?: readonly number[];
}

/** What a kernel is written with. */
export interface KernelContext {
  readonly module: Module;
  /** Relaxed SIMD is there: fused multiply-add. */
  readonly fused: boolean;
  /** V8 joins pairs of vectors: tiles are twice as wide. */
  readonly wide: boolean;
  /** The scalar functions of the interpreter, by name. */
  readonly scalar: (name: string, arity: number) => FunctionRef;
  /** The address of a constant's bits, for splat loads. */
  readonly constant: (bits: bigint, width: 32 | 64) => number;
}

export interface KernelSite {
  readonly inputs: readonly StridedPlace[];
  readonly outputs: readonly Place[];
}
