// What compiled plans run on: a memory, what the processor's engine can do, and threads to share large work with.

import type { Builder } from '../ir/builder.ts';
import type { Graph } from '../ir/graph.ts';
import { simplify } from '../optimize/simplify.ts';
import { Module } from '../wasm/assembler.ts';
import type { Emitted, Target } from '../wasm/emit.ts';
import { emit, mostPages } from '../wasm/emit.ts';
import type { ScalarFunctions, Share } from './execute.ts';
import { Arena, CompiledPlan } from './execute.ts';

export interface MachineOptions {
  /** Whether V8 joins pairs of vectors (its flag is on, and was tested): kernels are written for it. */
  readonly wide: boolean;
  readonly share?: Share;
}

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

export function createMachine(options: MachineOptions): Machine {
  const target: Target = { fused: hasRelaxedSimd(), wide: options.wide };
  const arena = new Arena();
  return {
    target,
    prepare(graph, builder, scalars) {
      const emitted = emit(simplify(graph, builder), target);
      if (emitted.memoryBytes > mostPages * 65_536) return null;
      const module = new WebAssembly.Module(emitted.bytes);
      return { plan: new CompiledPlan(graph, emitted, module, arena, scalars, options.share), emitted };
    },
  };
}

/** Whether a module with the relaxed multiply-add is valid here. */
function hasRelaxedSimd(): boolean {
  const module = new Module();
  module.function(['v128'], ['v128'], (code) => {
    for (let i = 0; i < 3; i++) code.get(code.param(0));
    code.op('f32x4.relaxed_madd');
  });
  return WebAssembly.validate(module.finish());
}
