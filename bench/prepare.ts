// The engine under measurement: a program compiled by the pipeline that requests go through, ready to run again and again.

import { compile } from '../engine/compile.ts';
import { interpret } from '../engine/run/interpret.ts';
import type { Tensor } from '../engine/ir/tensor.ts';
import type { ComputeRequest, Limits } from '../engine/request.ts';
import type { Program } from './cases.ts';

export interface Ours {
  /** Overwrites the inputs, in the order of the plan's graph. */
  readonly set: (inputs: readonly Tensor[]) => void;
  /** Everything that was asked for, once. */
  readonly run: () => void;
  /** Outputs, then gradients, as the last run left them. */
  readonly results: () => readonly ArrayLike<number>[];
  /** Operations of the plan. */
  readonly nodes: number;
}

export interface Asked {
  readonly threads: 1 | 2;
  /** Called when the plan stands, before anything is made of it. */
  readonly planned?: () => void;
}

const limits: Limits = {
  program_chars: 1e5,
  program_steps: 1e6,
  nodes: 1e5,
  tensor_elements: 1e8,
  bytes: 2e9,
  flops: 1e12,
  output_bytes: 2e9,
};

/** The one place that knows how the engine runs a plan. A sentence where it cannot run it as asked. */
export function prepareOurs(request: ComputeRequest, { threads, planned }: Asked): Ours | string {
  if (threads > 1) return 'the engine has no threads';
  const { plan, feeds } = compile(request, limits);
  planned?.();
  let inputs = feeds;
  let outputs: readonly Tensor[] = [];
  return {
    set: (tensors) => (inputs = tensors),
    run: () => {
      outputs = interpret(plan.graph, inputs);
    },
    results: () => outputs.map((t) => t.data as ArrayLike<number>),
    nodes: plan.graph.nodes.length,
  };
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
