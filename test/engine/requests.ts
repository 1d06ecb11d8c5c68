// What the engine's tests share: limits, a clock that stands still, and answers as plain numbers.

import type { ComputeRequest, ComputeResponse, EngineContext, Limits, Tensor } from '../../engine/index.ts';
import { compute, EngineError } from '../../engine/index.ts';

export const limits: Limits = {
  program_chars: 100_000,
  program_steps: 1_000_000,
  loop_turns: 10_000_000,
  nodes: 100_000,
  tensor_elements: 10_000_000,
  bytes: 1e9,
  flops: 1e11,
  output_bytes: 1e9,
};

export const context: EngineContext = { limits, now: () => 0 };

export const run = (request: ComputeRequest, more: Partial<EngineContext> = {}): ComputeResponse =>
  compute(request, { ...context, ...more });

/** A tensor as nested plain numbers; int64 as bigint. */
export function plain(tensor: Tensor): unknown {
  let at = 0;
  const build = (depth: number): unknown =>
    depth === tensor.shape.length
      ? tensor.data[at++]
      : Array.from({ length: tensor.shape[depth] }, () => build(depth + 1));
  return build(0);
}

/** The error a request ends in. */
export function refused(request: ComputeRequest, more: Partial<EngineContext> = {}): EngineError {
  try {
    run(request, more);
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error('the request was answered');
}
