// What the passes of a compilation share: the request, the graph that grows, and what has been asked of it so far.

import { decodeTensor } from '../codec/decode.ts';
import { EngineError } from '../errors.ts';
import type { Traced } from '../frontend.ts';
import type { DType, FloatDType } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { GraphInput, Value } from '../ir/graph.ts';
import type { Tensor } from '../ir/tensor.ts';
import { convertTensor } from '../ir/tensor.ts';
import type { ComputeRequest, Limits } from '../request.ts';
import type { Coloring } from '../sparse/coloring.ts';
import type { SparseLayout } from '../sparse/layout.ts';
import type { Pattern } from '../sparse/matrix.ts';
import { entriesOf } from '../sparse/matrix.ts';
import { nearest } from '../suggest.ts';

/** Where one tensor of the answer goes, in the order of the plan's outputs. */
export type Slot =
  | { readonly kind: 'outputs'; readonly name: string }
  | { readonly kind: 'gradients' | 'hvps' | 'jvps'; readonly at: number; readonly name: string }
  | { readonly kind: 'jacobians'; readonly at: number; readonly name: string; readonly layout?: SparseLayout }
  | {
      readonly kind: 'hessians';
      readonly at: number;
      readonly name: string;
      readonly other: string;
      readonly layout?: SparseLayout;
    };

/** How a Jacobian or a Hessian is made. */
export interface Structure {
  readonly kind: 'jacobians' | 'hessians';
  readonly at: number;
  readonly mode: 'forward' | 'reverse';
  readonly rows: number;
  readonly columns: number;
  /** Runs of the linear program, one vector each. */
  readonly vectors: number;
  /** Parts that they are made in, one after another. */
  readonly chunks: number;
  /** Operations and elements moved, of each mode that was weighed. */
  readonly work: { readonly forward?: number | undefined; readonly reverse?: number | undefined };
  /** Entries that may be other than zero, and colours they are told apart by; absent where the matrix is computed whole. */
  readonly nnz?: number;
  readonly colours?: number;
  /** What an explanation shows of them: the colours are those of columns (forward) or rows (reverse). */
  readonly shown?: { readonly pattern: Pattern; readonly coloring: Coloring };
}

/** A request that is mapped over the leading axis of some of its tensors. */
export interface Batch {
  readonly size: number;
  readonly examples: Map<Value, Value>;
}

/** Everything a pass may look at or add to. */
export interface Compilation {
  readonly request: ComputeRequest;
  readonly builder: Builder;
  readonly limits: Limits;
  /** Whether float32 inputs are taken as float64: for differences, which need the digits. */
  readonly widen: boolean;
  /** Whether any was. */
  widened: boolean;
  readonly feeds: Tensor[];
  readonly pointers: string[];
  /** The tensors of the builder's inputs. */
  readonly tensors: Map<Value, Tensor>;
  /** Inputs whose elements decided what was built: the plan holds for those alone. */
  readonly assumed: Map<Value, Tensor>;
  readonly structures: Structure[];
  /** The posted computation's own inputs; those that a batch maps stand for one example. */
  posted: GraphInput[];
  /** Where the request is mapped over a leading axis: what stands for one example, and all of them. */
  batch: Batch | null;
  traced: Traced;
  /** The named values of the plan: of all examples, where a batch maps them. */
  names: ReadonlyMap<string, Value>;
  outputs: Value[];
  slots: Slot[];
}

/** A new input of the plan fed by a tensor of the request. */
export function feed(c: Compilation, name: string, tensor: Tensor, pointer: string): Value {
  c.feeds.push(tensor);
  c.pointers.push(pointer);
  const value = c.builder.input(name, { dtype: tensor.dtype, shape: tensor.shape });
  c.tensors.set(value, tensor);
  return value;
}

/** The value that stands for one example of a mapped one. */
export function oneOf(c: Compilation, batch: Batch, all: Value): Value {
  const { dtype, shape } = all.aval;
  const one = c.builder.placeholder({ dtype, shape: shape.slice(1) });
  batch.examples.set(one, all);
  return one;
}

export const fieldOf = (record: object | undefined, key: string): unknown =>
  record !== undefined && Object.hasOwn(record, key) ? (record as Record<string, unknown>)[key] : undefined;

export function decode(c: Compilation, wire: unknown, pointer: string, dtype?: DType): Tensor {
  return decodeTensor(wire, { pointer, dtype, defaultFloat: defaultFloat(c), maxElements: c.limits.tensor_elements });
}

export const defaultFloat = (c: Compilation): FloatDType => (c.widen ? 'float64' : (c.request.dtype ?? 'float64'));

/** An explain request says its format; only there may inputs be types without data. */
export const isExplain = (request: ComputeRequest): boolean => 'format' in request || 'explain' in request;

/** What is told of a pattern and its colours. */
export const found = (c: Compilation, pattern: Pattern, coloring: Coloring) => ({
  nnz: entriesOf(pattern),
  colours: coloring.count,
  ...(isExplain(c.request) ? { shown: { pattern, coloring } } : {}),
});

/** A named value of the computation. */
export function lookup(c: Compilation, name: string, pointer: string): Value {
  const value = c.traced.names.get(name);
  if (value !== undefined) return value;
  const hint = nearest(name, [...c.traced.names.keys()]);
  throw new EngineError('E_NAME_UNKNOWN', {
    pointer,
    message: `There is no value named ${JSON.stringify(name)}.`,
    hint: hint ?? `The named values are ${[...c.traced.names.keys()].slice(0, 20).join(', ') || 'none'}.`,
  });
}

/** Makes a value part of the answer. */
export function emit(c: Compilation, slot: Slot, value: Value): void {
  c.outputs.push(value);
  c.slots.push(slot);
}

/** A tensor in another dtype, where nothing is lost by it. */
export function exactly(tensor: Tensor, dtype: DType, pointer: string, what: string): Tensor {
  if (tensor.dtype === dtype) return tensor;
  const converted = convertTensor(tensor, dtype);
  const back = convertTensor(converted, tensor.dtype);
  const same = tensor.data.every((x: number | bigint, i: number) => Object.is(x, back.data[i]));
  if (same) return converted;
  throw new EngineError('E_COTANGENT', {
    pointer,
    message: `The ${what} is ${tensor.dtype} and does not convert to ${dtype} without loss.`,
    hint: `Give it as ${dtype}.`,
  });
}
