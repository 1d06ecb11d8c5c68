// The engine under measurement: a program compiled by the pipeline that requests go through, ready to run again and again.

import { compile, prepare } from '../engine/compile.ts';
import type { Tensor, TensorData } from '../engine/ir/tensor.ts';
import type { ComputeRequest, Limits, Vectors } from '../engine/request.ts';
import type { Machine } from '../engine/run/machine.ts';
import { createMachine } from '../engine/run/machine.ts';
import type { Team } from '../engine/run/team.ts';
import type { Program } from './cases.ts';

export interface Ours {
  /** Where the inputs lie, in the order of the plan's graph; filled with the request's tensors. */
  readonly inputs: readonly TensorData[];
  /** Everything that was asked for, once, from the inputs to the results in memory. */
  readonly run: () => void;
  /** Outputs, then gradients, as the last run left them. */
  readonly results: () => readonly ArrayLike<number>[];
  /** Operations of the plan. */
  readonly nodes: number;
}

export interface Asked {
  /** What runs it: one for a process, as in a worker of the service. */
  readonly machine: Machine;
  /** Called when the plan stands, before anything is made of it. */
  readonly planned?: () => void;
}

const limits: Limits = {
  program_chars: 1e5,
  program_steps: 1e6,
  loop_turns: 1e9,
  nodes: 1e5,
  tensor_elements: 1e8,
  bytes: 2e9,
  flops: 1e12,
  output_bytes: 2e9,
};

/** One thread's machine, or one that shares large work with others. */
export const machineOf = (vectors: Vectors, team?: Team): Machine => createMachine(vectors, team);

/** The one place that knows how the engine runs a plan. */
export function prepareOurs(request: ComputeRequest, { machine, planned }: Asked): Ours {
  const { plan, feeds } = compile(request, limits);
  planned?.();
  const compiled = prepare(plan, machine, request, limits);
  if (compiled === null) throw new Error('The plan does not fit the memory of WebAssembly.');
  const inputs = compiled.enter();
  inputs.forEach((place, i) => place.set(feeds[i].data as never));
  const results = compiled.leave() as ArrayLike<number>[];
  return { inputs, run: () => compiled.run(), results: () => results, nodes: plan.graph.nodes.length };
}

/** A case's program as the request that a caller of the service would send. */
export function requestOf(
  program: Program,
  dtype: 'float32' | 'float64',
  tensors: Readonly<Record<string, Tensor>>,
): ComputeRequest {
  const { text, outputs, gradient } = program;
  const { of, wrt, cotangent } = gradient ?? {};
  const inputs = Object.fromEntries(Object.entries(tensors).filter(([name]) => name !== cotangent));
  if (of === undefined || wrt === undefined) return { program: text, inputs, outputs, dtype };
  const asked = cotangent === undefined ? { of, wrt } : { of, wrt, cotangent: tensors[cotangent] };
  return { program: text, inputs, outputs, dtype, gradients: [asked] };
}
