// The memory that a request may take: its own limit or the service's, what is told where that does not suffice.

import { EngineError } from './errors.ts';
import { bytesOfAval } from './ir/aval.ts';
import type { Graph } from './ir/graph.ts';
import { recomputeNodes } from './optimize/recompute-nodes.ts';
import type { Cost } from './optimize/plan.ts';
import type { ComputeRequest, Limits, RecomputeStats } from './request.ts';

/** The limits with the request's own bound of memory, where that is the lower one. */
export const limitsOf = ({ memory_limit }: ComputeRequest, limits: Limits): Limits =>
  memory_limit === undefined || memory_limit >= limits.bytes
    ? limits
    : { ...limits, bytes: memory_limit, asked_bytes: true };

/** Bytes of a graph's inputs and of outputs that are none of them: however it runs, they are there at once. */
export function leastBytes({ inputs, outputs }: Graph): number {
  const kept = new Set([...inputs.map((input) => input.value), ...outputs]);
  return [...kept].reduce((n, { aval }) => n + bytesOfAval(aval), 0);
}

/** Refuses a plan that takes more memory than one may: `bytes` is the least that was found. */
export function refuseOver(bytes: number, { bytes: limit, asked_bytes }: Limits): void {
  if (bytes <= limit) return;
  throw new EngineError(
    'E_LIMIT',
    asked_bytes === true
      ? {
          pointer: '/memory_limit',
          message: `The plan needs ${bytes} bytes of memory at its peak, with everything computed again that can be; "memory_limit" is ${limit}.`,
          hint: `${bytes} is the least that was found.`,
        }
      : {
          pointer: '',
          message: `The plan needs ${bytes} bytes of memory at its peak; the limit is ${limit}.`,
        },
  );
}

/** A graph for the interpreter that holds a limit, by its own count. */
export interface Interpreted {
  readonly graph: Graph;
  readonly peak_bytes: number;
  readonly recomputed: RecomputeStats | null;
}

const known = new WeakMap<Graph, { readonly bytes: number; readonly made: Interpreted }>();

/** The graph for the interpreter, nodes done again where it takes more than it may; refused where it does all the same. */
export function interpretedWithin(graph: Graph, cost: Cost, limits: Limits): Interpreted {
  if (cost.peak_bytes <= limits.bytes) return { graph, peak_bytes: cost.peak_bytes, recomputed: null };
  const kept = known.get(graph);
  if (kept?.bytes === limits.bytes) return kept.made;
  const found = recomputeNodes(graph, limits.bytes);
  if ('least' in found) {
    refuseOver(Math.min(cost.peak_bytes, found.least), limits);
    throw new RangeError('what is refused is over the limit');
  }
  const { flops, peak_bytes } = found.cost;
  const made: Interpreted = {
    graph: found.graph,
    peak_bytes,
    recomputed: { flops, peak_bytes, without: { flops: cost.flops, peak_bytes: cost.peak_bytes } },
  };
  known.set(graph, { bytes: limits.bytes, made });
  return made;
}
