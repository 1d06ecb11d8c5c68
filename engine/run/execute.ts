// Runs compiled plans: an instance of each over the memory that they take turns in, and the calls out of it.

import { sizeOf } from '../ir/aval.ts';
import type { Tensor, TensorData } from '../ir/tensor.ts';
import type { Op } from '../op.ts';
import type { HostCall, Placed } from '../wasm/emit.ts';
import type { Arena } from './arena.ts';
import { pageBytes, StackFull } from './arena.ts';
import type { ScalarFunctions } from './instantiate.ts';
import { importsOf } from './instantiate.ts';
import { tooManyTurns } from './interpret.ts';
import { cells, mostPages } from '../wasm/lay-out.ts';
import type { RecomputeStats } from '../request.ts';
import type { Team } from './team.ts';

/**
 * What a plan was compiled to. Threads hand it to one another: posting a module shares its machine code, and the rest is
 * plain data, as long as no attribute of a host call is a graph.
 */
export interface PlanCode {
  readonly module: WebAssembly.Module;
  readonly moduleBytes: number;
  /** Bytes of memory that it computes in, from address 0 on. */
  readonly memoryBytes: number;
  /** Bytes that its arrays and scratch take at once, at most. */
  readonly peakBytes: number;
  /** What keeping a limit of memory costs, where something is computed again for it. */
  readonly recomputed: RecomputeStats | null;
  /** In the order of the graph's. */
  readonly inputs: readonly Placed[];
  readonly outputs: readonly Placed[];
  readonly hosts: readonly HostCall[];
}

/** Machine code for each byte of a module, as V8 keeps it: baseline code and, of what is used, optimised code. */
const machineCode = 4;
/** An instance and the objects around it. */
const instanceBytes = 40_000;

/** An estimate of what code holds in memory, measured on plans of one to a thousand nodes. */
export const bytesOfCode = ({ moduleBytes, hosts }: PlanCode): number =>
  moduleBytes * (1 + machineCode) + 1000 * hosts.length + instanceBytes;

/** What compiled code asks of the ops: the scalar functions that it imports, and the ops of its host calls. */
export interface Library {
  readonly scalars: ScalarFunctions;
  readonly ops: ReadonlyMap<string, Op>;
  /** Bytes that a run may take where it finds how much it needs on the way. */
  readonly maxBytes: number;
  /** Whether that is what the request asks for. */
  readonly askedBytes: boolean;
  /** Turns that one loop may make. */
  readonly maxTurns: number;
}

/** The elements at an address. */
function viewOf(memory: WebAssembly.Memory, { dtype, shape, at }: Placed): TensorData {
  // A shared buffer serves typed arrays as any other does.
  const { buffer } = memory;
  const length = sizeOf(shape);
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

/** Code that is ready to run. */
export class CompiledPlan {
  readonly code: PlanCode;
  readonly #arena: Arena;
  readonly #library: Library;
  readonly #team: Team | undefined;

  constructor(code: PlanCode, arena: Arena, library: Library, team?: Team) {
    this.code = code;
    this.#arena = arena;
    this.#library = library;
    this.#team = team;
  }

  /** For the arena, which keeps it. */
  instantiate(memory: WebAssembly.Memory): WebAssembly.Instance {
    const { module, hosts } = this.code;
    const instance = new WebAssembly.Instance(
      module,
      importsOf(module, memory, this.#library.scalars, {
        host: (number) => this.#host(hosts[number], memory),
        more: (bytes) => {
          if (bytes === 0) throw tooManyTurns(this.#library.maxTurns);
          this.#raise(bytes >>> 0);
        },
        share: (number, pieces) => {
          if (this.#team?.idle() !== true) return 0;
          this.#team.run({ module, memory, name: `piece${number}`, instance }, pieces);
          return 1;
        },
      }),
    );
    return instance;
  }

  /** Gives the stacks of loops at least so many bytes more. */
  #raise(bytes: number): void {
    const { maxBytes, askedBytes } = this.#library;
    const { memoryBytes, peakBytes } = this.code;
    const ceiling = (): Uint32Array => new Uint32Array(this.#arena.memory.buffer, cells.ceiling, 1);
    const wanted = ceiling()[0] + bytes;
    // What is there beside the plan's arrays does not count.
    const most = Math.min(memoryBytes - peakBytes + maxBytes, mostPages * pageBytes - 1);
    if (wanted > most) throw new StackFull(maxBytes, askedBytes);
    const next = Math.min(most, Math.ceil(wanted / pageBytes) * pageBytes);
    this.#arena.reach(next);
    ceiling()[0] = next;
  }

  /** Bytes that the stacks of loops have taken in the last run, in pages. */
  stackBytes(): number {
    const ceiling = new Uint32Array(this.#arena.memory.buffer, cells.ceiling, 1)[0];
    return ceiling - this.code.memoryBytes;
  }

  /** Takes the arena and gives the places of the inputs, to be filled. */
  enter(): TensorData[] {
    this.#arena.enter(this, this.code.memoryBytes);
    const { buffer } = this.#arena.memory;
    new Int32Array(buffer, cells.most, 1)[0] = Math.min(this.#library.maxTurns, 2 ** 31 - 2);
    new Uint32Array(buffer, cells.ceiling, 1)[0] = this.code.memoryBytes;
    return this.code.inputs.map((place) => viewOf(this.#arena.memory, place));
  }

  /** The one call: everything from the inputs in memory to the outputs in memory. */
  run(): void {
    this.#arena.exports['run']();
  }

  /** Turns that the last run's while loops have made. */
  turns(): number {
    return Number(new BigInt64Array(this.#arena.memory.buffer, cells.turns, 1)[0]);
  }

  /** The outputs where they lie; valid until the arena is entered again. */
  leave(): TensorData[] {
    return this.code.outputs.map((place) => viewOf(this.#arena.memory, place));
  }

  /** Runs on tensors and gives tensors with memory of their own. */
  compute(feeds: readonly Tensor[]): Tensor[] {
    this.enter().forEach((place, i) => place.set(feeds[i].data as never));
    this.run();
    return this.results().map((t) => ({ ...t, data: t.data.slice() }));
  }

  /** The outputs as tensors that lie in the arena; valid until it is entered again. */
  results(): Tensor[] {
    const data = this.leave();
    return this.code.outputs.map(({ dtype, shape }, i) => ({ dtype, shape, data: data[i] }));
  }

  /** A node that is computed by the interpreter's own rule. */
  #host({ op, attrs, operands, results }: HostCall, memory: WebAssembly.Memory): void {
    const tensors = operands.map((place) => ({ dtype: place.dtype, shape: place.shape, data: viewOf(memory, place) }));
    const made = this.#library.ops.get(op)!.primitive!.eval(tensors, attrs, results);
    (Array.isArray(made) ? (made as Tensor[]) : [made as Tensor]).forEach((t, i) =>
      viewOf(memory, results[i]).set(t.data as never),
    );
  }
}
