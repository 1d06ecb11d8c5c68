// What compiled plans run on: a memory, what the processor's engine can do, and threads to share large work with.

import type { Builder } from '../ir/builder.ts';
import type { Graph } from '../ir/graph.ts';
import type { Lowering } from '../passes.ts';
import { finish, lower } from '../passes.ts';
import type { Vectors } from '../request.ts';
import type { Emitted } from '../wasm/emit.ts';
import type { Target } from '../wasm/lay-out.ts';
import { mostPages } from '../wasm/lay-out.ts';
import type { ScalarFunctions } from './execute.ts';
import type { Team } from './team.ts';
import { Arena, CompiledPlan } from './execute.ts';

/** One thread's machine: plans take turns in its memory. */
export interface Machine {
  /** Plans the memory of a graph, on empty builders of its ops; nothing is compiled yet. `check` verifies between passes. */
  plan(graph: Graph, builder: () => Builder, check?: boolean): Lowering;
  /** What was planned, made ready; null where 4 GiB do not hold it. */
  prepare(planned: Lowering, scalars: ScalarFunctions, check?: boolean): Prepared | null;
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
    plan: (graph, builder, check) => lower(graph, builder, target, check),
    prepare(planned, scalars, check) {
      if (planned.placement.bytes > mostPages * 65_536) return null;
      const emitted = finish(planned, check);
      const module = new WebAssembly.Module(emitted.bytes);
      return { plan: new CompiledPlan(planned.graph, emitted, module, arena, scalars, team), emitted };
    },
  };
}
