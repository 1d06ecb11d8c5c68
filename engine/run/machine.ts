// What compiled plans run on: a memory, what the processor's engine can do, and threads to share large work with.

import type { Builder } from '../ir/builder.ts';
import type { Graph } from '../ir/graph.ts';
import type { Vectors } from '../request.ts';
import { simplify } from '../optimize/simplify.ts';
import type { Emitted, Target } from '../wasm/emit.ts';
import { emit, mostPages, placed } from '../wasm/emit.ts';
import { Arena } from './arena.ts';
import type { Library, PlanCode } from './execute.ts';
import { CompiledPlan } from './execute.ts';
import type { ScalarFunctions } from './instantiate.ts';
import type { Team } from './team.ts';

/** One thread's machine: plans take turns in its memory. */
export interface Machine {
  readonly target: Target;
  /** A graph compiled, on empty builders of its ops; null where 4 GiB do not hold it. */
  compile(graph: Graph, builder: () => Builder): PlanCode | null;
  /** Code made ready to run here, wherever it was compiled. */
  load(code: PlanCode, library: Library): CompiledPlan;
  /** Both in one, for who wants to see what was emitted. */
  prepare(graph: Graph, builder: () => Builder, scalars: ScalarFunctions): Prepared | null;
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
  const emitted = (graph: Graph, builder: () => Builder) => emit(simplify(graph, builder), target);
  return {
    target,
    compile: (graph, builder) => codeOf(graph, emitted(graph, builder)),
    load,
    prepare(graph, builder, scalars) {
      const made = emitted(graph, builder);
      const code = codeOf(graph, made);
      const { ops } = builder().context;
      return code === null ? null : { plan: load(code, { scalars, ops }), emitted: made };
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

function codeOf(graph: Graph, { bytes, memoryBytes, inputs, outputs, hosts }: Emitted): PlanCode | null {
  if (memoryBytes > mostPages * 65_536) return null;
  return {
    module: new WebAssembly.Module(bytes),
    moduleBytes: bytes.length,
    memoryBytes,
    inputs: graph.inputs.map(({ value }, i) => placed(value.aval, inputs[i])),
    outputs: graph.outputs.map(({ aval }, i) => placed(aval, outputs[i])),
    hosts,
  };
}
