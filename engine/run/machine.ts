// What compiled plans run on: a memory, what the processor's engine can do, and threads to share large work with.

import type { Builder } from '../ir/builder.ts';
import type { Graph } from '../ir/graph.ts';
import type { Vectors } from '../request.ts';
import { simplify } from '../optimize/simplify.ts';
import type { Emitted, Target } from '../wasm/emit.ts';
import { emit, mostPages } from '../wasm/emit.ts';
import type { ScalarFunctions } from './execute.ts';
import type { Team } from './team.ts';
import { Arena, CompiledPlan } from './execute.ts';

/** One thread's machine: plans take turns in its memory. */
export interface Machine {
  readonly target: Target;
  /** A graph made ready, on empty builders of its ops; null where 4 GiB do not hold it. */
  prepare(graph: Graph, builder: () => Builder, scalars: ScalarFunctions): Prepared | null;
}

export interface Prepared {
  readonly plan: CompiledPlan;
  readonly emitted: Emitted;
}

/** A machine for a host whose WebAssembly makes this of vectors; a team shares large work. */
export function createMachine({ wide, fma }: Vectors, team?: Team): Machine {
  const target: Target = { fused: fma, wide };
  const arena = new Arena();
  return {
    target,
    prepare(graph, builder, scalars) {
      const emitted = emit(simplify(graph, builder), target);
      if (emitted.memoryBytes > mostPages * 65_536) return null;
      const module = new WebAssembly.Module(emitted.bytes);
      return { plan: new CompiledPlan(graph, emitted, module, arena, scalars, team), emitted };
    },
  };
}
