// Runs compiled plans: a memory that plans take turns in, an instance of each, and the calls out of it.

import { EngineError } from '../errors.ts';
import type { Graph } from '../ir/graph.ts';
import { sizeOf } from '../ir/aval.ts';
import type { Aval, DType } from '../ir/aval.ts';
import type { Tensor, TensorData } from '../ir/tensor.ts';
import { evaluateNode } from './interpret.ts';
import type { Emitted } from '../wasm/emit.ts';
import { mostPages } from '../wasm/lay-out.ts';
import type { Team } from './team.ts';

/** The scalar functions of the interpreter, by the names that modules import them under. */
export type ScalarFunctions = (name: string) => (...xs: number[]) => number;

const pageBytes = 65_536;

/** The memory that plans run in, one at a time: it grows to the largest of them. */
export class Arena {
  readonly memory: WebAssembly.Memory;
  /** Whose constants lie in it. */
  #owner: CompiledPlan | null = null;

  constructor() {
    this.memory = new WebAssembly.Memory({ initial: 16, maximum: mostPages, shared: true });
  }

  /** Makes the memory a plan's own. */
  enter(plan: CompiledPlan, bytes: number): void {
    const have = this.memory.buffer.byteLength;
    if (bytes > have) this.#grow(bytes, have);
    if (this.#owner === plan) return;
    this.#owner = plan;
    plan.init();
  }

  #grow(bytes: number, have: number): void {
    try {
      this.memory.grow(Math.ceil((bytes - have) / pageBytes));
    } catch {
      throw new EngineError('E_LIMIT', {
        pointer: '',
        message: `The computation needs ${bytes} bytes at once, and the machine has not so many free.`,
      });
    }
  }
}

/** The elements at an address. */
function viewOf(memory: WebAssembly.Memory, dtype: DType, at: number, length: number): TensorData {
  // A shared buffer serves typed arrays as any other does.
  const buffer = memory.buffer;
  switch (dtype) {
    case 'float64':
      return new Float64Array(buffer, at, length);
    case 'float32':
      return new Float32Array(buffer, at, length);
    case 'int64':
      return new BigInt64Array(buffer, at, length);
    case 'int32':
      return new Int32Array(buffer, at, length);
    default:
      return new Uint8Array(buffer, at, length);
  }
}

/** The imports of a module over a memory: calls out of it, and the scalar functions that it names. */
export function importsOf(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  scalars: ScalarFunctions,
  calls: { readonly host: (number: number) => void; readonly share: (number: number, pieces: number) => void },
): WebAssembly.Imports {
  const names = WebAssembly.Module.imports(module).filter((i) => i.module === 'scalar');
  return {
    env: { memory, ...calls },
    scalar: Object.fromEntries(names.map(({ name }) => [name, scalars(name)])),
  };
}

/** A graph that is ready to run. */
export class CompiledPlan {
  readonly #emitted: Emitted;
  readonly #arena: Arena;
  readonly #inputs: readonly Aval[];
  readonly #outputs: readonly Aval[];
  readonly #instance: WebAssembly.Instance;
  readonly #run: () => void;

  constructor(
    graph: Graph,
    emitted: Emitted,
    module: WebAssembly.Module,
    arena: Arena,
    scalars: ScalarFunctions,
    team?: Team,
  ) {
    this.#emitted = emitted;
    this.#arena = arena;
    this.#inputs = graph.inputs.map((i) => i.value.aval);
    this.#outputs = graph.outputs.map((y) => y.aval);
    const { memory } = arena;
    this.#instance = new WebAssembly.Instance(
      module,
      importsOf(module, memory, scalars, {
        host: (number) => this.#host(number),
        share: (number, pieces) => {
          const name = `piece${number}`;
          const instance = this.#instance;
          if (team !== undefined) team.run({ module, memory, name, instance }, pieces);
          else for (let i = 0; i < pieces; i++) (instance.exports[name] as (piece: number) => void)(i);
        },
      }),
    );
    this.#run = this.#instance.exports['run'] as () => void;
  }

  /** Puts the constants where the code reads them. */
  init(): void {
    (this.#instance.exports['init'] as () => void)();
  }

  /** Takes the arena and gives the places of the inputs, to be filled. */
  enter(): TensorData[] {
    this.#arena.enter(this, this.#emitted.memoryBytes);
    return this.#inputs.map(({ dtype, shape }, i) =>
      viewOf(this.#arena.memory, dtype, this.#emitted.inputs[i], sizeOf(shape)),
    );
  }

  /** The one call: everything from the inputs in memory to the outputs in memory. */
  run(): void {
    this.#run();
  }

  /** The outputs where they lie; valid until the arena is entered again. */
  leave(): TensorData[] {
    return this.#outputs.map(({ dtype, shape }, i) =>
      viewOf(this.#arena.memory, dtype, this.#emitted.outputs[i], sizeOf(shape)),
    );
  }

  /** Runs on tensors and gives tensors with memory of their own. */
  compute(feeds: readonly Tensor[]): Tensor[] {
    this.enter().forEach((place, i) => place.set(feeds[i].data as never));
    this.run();
    return this.leave().map((data, i) => ({
      dtype: this.#outputs[i].dtype,
      shape: this.#outputs[i].shape,
      data: data.slice(),
    }));
  }

  /** A node that is computed by the interpreter's own rule. */
  #host(number: number): void {
    const { step, inputs, outputs } = this.#emitted.hosts[number];
    const { node } = step;
    const { memory } = this.#arena;
    const operands = node.inputs.map(({ aval }, i) => ({
      dtype: aval.dtype,
      shape: aval.shape,
      data: viewOf(memory, aval.dtype, inputs[i], sizeOf(aval.shape)),
    }));
    const avals = node.outputs.map((y) => y.aval);
    evaluateNode(node, operands).forEach((t, i) => {
      viewOf(memory, avals[i].dtype, outputs[i], sizeOf(avals[i].shape)).set(t.data as never);
    });
  }
}
