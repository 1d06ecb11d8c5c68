// What compiled plans run on: a memory, what the processor's engine can do, and threads to share large work with.

import type { Builder } from '../ir/builder.ts';
import type { Graph } from '../ir/graph.ts';
import type { Lowering } from '../passes.ts';
import { finish, lower } from '../passes.ts';
import type { Vectors } from '../request.ts';
import type { Emitted } from '../wasm/emit.ts';
import { placed } from '../wasm/emit.ts';
import type { Target } from '../wasm/lay-out.ts';
import { mostPages } from '../wasm/lay-out.ts';
import { Arena } from './arena.ts';
import type { Library, PlanCode } from './execute.ts';
import { CompiledPlan } from './execute.ts';
import type { ScalarFunctions } from './instantiate.ts';
import type { Team } from './team.ts';

/** One thread's machine: plans take turns in its memory. */
export interface Machine {
  readonly target: Target;
  /**
   * Plans the memory of a graph, on empty builders of its ops, at most `limit` bytes where there is a way; nothing is compiled
   * yet. `check` verifies between passes.
   */
  plan(graph: Graph, builder: () => Builder, how?: { readonly check?: boolean; readonly limit?: number }): Lowering;
  /** Whether what was planned fits a memory: 4 GiB. */
  holds(planned: Lowering): boolean;
  /** What was planned, compiled; it fits. */
  compile(planned: Lowering, check?: boolean): PlanCode;
  /** Code made ready to run here, wherever it was compiled. */
  load(code: PlanCode, library: Library): CompiledPlan;
  /** Both in one, for who wants to see what was emitted. */
  prepare(planned: Lowering, scalars: ScalarFunctions, check?: boolean): Prepared;
  /** Bytes of the memory. */
  readonly memoryBytes: number;
  /**
   * Lets go of a memory that is much larger than what plans have needed of late, or, when there has been nothing to do for
   * some time (`idle`), than a little; returns its bytes, 0 where it stays. They are free when the host has collected garbage.
   * Not to be called while results in the memory are still to be read.
   */
  trim(idle: boolean): number;
}

export interface Prepared {
  readonly plan: CompiledPlan;
  readonly emitted: Emitted;
}

/** A machine for a host whose WebAssembly makes this of vectors; a team shares large work. */
export function createMachine({ wide, fma }: Vectors, team?: Team): Machine {
  const target: Target = { fused: fma, wide };
  const arena = new Arena();
  const load = (code: PlanCode, library: Library) => new CompiledPlan(code, arena, library, team);
  return {
    target,
    plan: (graph, builder, how) => lower(graph, builder, target, how),
    holds: ({ placement }) => placement.bytes <= mostPages * 65_536,
    compile,
    load,
    prepare(planned, scalars, check) {
      const code = compile(planned, check);
      const { ops } = planned.builder().context;
      return {
        plan: load(code, { scalars, ops, maxBytes: Infinity, askedBytes: false, maxTurns: Infinity }),
        emitted: planned.emitted,
      };
    },
    get memoryBytes() {
      return arena.memory.buffer.byteLength;
    },
    trim(idle) {
      const old = arena.replace(idle);
      if (old === null) return 0;
      team?.release(old);
      return old.buffer.byteLength;
    },
  };
}

function compile(planned: Lowering, check?: boolean): PlanCode {
  const { bytes, memoryBytes, inputs, outputs, hosts } = finish(planned, check);
  return {
    module: new WebAssembly.Module(bytes),
    moduleBytes: bytes.length,
    memoryBytes,
    peakBytes: planned.placement.peak,
    recomputed: null,
    inputs: planned.graph.inputs.map(({ value }, i) => placed(value.aval, inputs[i])),
    outputs: planned.graph.outputs.map(({ aval }, i) => placed(aval, outputs[i])),
    hosts,
  };
}
