// The memory that a request may take: its own limit or the service's, what is told where that does not suffice.

import { EngineError } from './errors.ts';
import { bytesOfAval } from './ir/aval.ts';
import type { Builder } from './ir/builder.ts';
import type { Graph } from './ir/graph.ts';
import { tidyLoops } from './optimize/loops.ts';
import { recomputeNodes } from './optimize/recompute-nodes.ts';
import type { Cost } from './optimize/plan.ts';
import { costOf } from './optimize/plan.ts';
import { inSegments } from './optimize/segments.ts';
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
export function refuseOver(bytes: number, { bytes: limit, asked_bytes }: Limits): never {
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

/** Levels of segments within segments that loops are cut into at most. */
const deepest = 3;

/** A graph with its loops in segments, and the operations of the graph that was cut. */
export interface Variant {
  readonly graph: Graph;
  /** How many levels of segments there are within one another. */
  readonly depth: number;
  readonly flops: number;
}

/**
 * A graph, and then the same with its loops in ever deeper segments, as long as there are any: with what turns sum up as it
 * is compiled (`sums`: one contraction of what all turns give), and where that takes too much added up segment by segment.
 */
export function* variantsOf(
  graph: Graph,
  cost: Cost,
  builder: () => Builder,
  sums: readonly boolean[] = [true, false],
): Generator<Variant> {
  yield { graph, depth: 0, flops: cost.flops };
  for (const summed of sums) {
    const tidied = tidyLoops(graph, builder, summed);
    const { flops } = costOf(tidied);
    for (let depth = 1; depth <= deepest; depth++) {
      const cut = inSegments(tidied, builder, depth);
      if (cut === null) break;
      yield { graph: cut, depth, flops };
    }
  }
}

/** The graph for the interpreter, in part done again where it takes more than it may; refused where it does all the same. */
export function interpretedWithin(graph: Graph, cost: Cost, limits: Limits, builder: () => Builder): Interpreted {
  if (cost.peak_bytes <= limits.bytes) return { graph, peak_bytes: cost.peak_bytes, recomputed: null };
  const kept = known.get(graph);
  if (kept?.bytes === limits.bytes) return kept.made;
  let least = cost.peak_bytes;
  for (const variant of variantsOf(graph, cost, builder, [false])) {
    const found = recomputeNodes(variant.graph, limits.bytes);
    if ('least' in found) {
      least = Math.min(least, found.least);
      continue;
    }
    const { flops, peak_bytes } = found.cost;
    const without = { flops: variant.flops, peak_bytes: cost.peak_bytes };
    const made = { graph: found.graph, peak_bytes, recomputed: { flops, peak_bytes, without } };
    known.set(graph, { bytes: limits.bytes, made });
    return made;
  }
  return refuseOver(least, limits);
}
