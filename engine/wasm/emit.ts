// A plan as one WebAssembly module: every step a function, and one exported call that runs them all.

import { itemBytes } from '../ir/aval.ts';
import type { Graph, Value } from '../ir/graph.ts';
import type { Tensor } from '../ir/tensor.ts';
import type { Fused, HostStep, Operand, Step } from '../optimize/fuse.ts';
import { fuse } from '../optimize/fuse.ts';
import type { Placement } from '../optimize/place.ts';
import { place } from '../optimize/place.ts';
import type { Code, FunctionRef } from './assembler.ts';
import { Module } from './assembler.ts';
import { ConstantPool } from './constants.ts';
import { contractionKernel } from './contraction.ts';
import { kindOf } from './convert.ts';
import type { Kernel, KernelContext } from './kernel.ts';
import { kernelFor } from './kernels/index.ts';
import { emitLoops } from './loops.ts';
import type { Nest } from './nest.ts';
import { layOut, slackBytes } from './nest.ts';
import { bitsOf } from './vocabulary.ts';

/** What the code may use. */
export interface Target {
  /** Relaxed SIMD, for fused multiply-add. */
  readonly fused: boolean;
  /** V8 joins pairs of vectors. */
  readonly wide: boolean;
}

/** A call of the interpreter from within the module. */
export interface HostCall {
  readonly step: HostStep;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

export interface Emitted {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Addresses of the graph's inputs and outputs, in bytes. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly hosts: readonly HostCall[];
  /** Bytes of memory that the plan needs, from address 0 on. */
  readonly memoryBytes: number;
  /** Steps by kind, for people. */
  readonly steps: readonly Step[];
}

/** Most pages of 64 KiB that a memory can have: 4 GiB. */
export const mostPages = 65_536;
/** Work of one kernel, in pieces, from which on threads share it. */
const worthSharing = 8;

/** Emits the module of a graph. It imports env.memory, env.host, env.share and the scalar functions it calls. */
export function emit(graph: Graph, target: Target): Emitted {
  return new Emitter(graph, target).emit();
}

class Emitter {
  readonly #graph: Graph;
  readonly #target: Target;
  readonly #module = new Module();
  readonly #scalars = new Map<string, FunctionRef>();
  readonly #hosts: HostCall[] = [];

  constructor(graph: Graph, target: Target) {
    this.#graph = graph;
    this.#target = target;
  }

  emit(): Emitted {
    const module = this.#module;
    const graph = this.#graph;
    const fused = fuse(graph);
    const host = module.importFunction('env', 'host', ['i32']);
    const share = module.importFunction('env', 'share', ['i32', 'i32']);
    module.importMemory('env', 'memory', 1, mostPages, true);

    const escapes = escaping(fused);
    const nests = fused.steps.map((step) => (step.kind === 'loop' ? layOut(step, escapes) : null));
    const constants = graph.nodes.flatMap((n) => (n.op.primitive!.constant === undefined ? [] : n.outputs));
    const known = knownScalars(graph);
    const inPlace = readInPlace(fused);
    const stored = constants.filter((c) => known.get(c) === undefined || inPlace.has(c));

    // Kernels say how much scratch they need only once they are written: they are, before anything has its place.
    const pool = new ConstantPool(0);
    const reserved = Math.ceil((poolBytes + 16 * known.size) / 64) * 64;
    const context: KernelContext = {
      module,
      ...this.#target,
      scalar: (name, arity) => this.#scalar(name, arity),
      constant: (bits, width) => pool.address(bits, width),
    };
    const kernels = fused.steps.map((step) => this.#kernel(context, step));
    const scratch = fused.steps.map((_s, i) => nests[i]?.scratchBytes ?? kernels[i]?.scratchBytes ?? 0);
    const placement = shifted(place(graph, fused, stored, scratch, slackBytes), reserved);

    const calls: ((code: Code) => void)[] = fused.steps.map((step, i) => {
      if (step.kind === 'loop') {
        const loops = emitLoops(
          {
            module,
            ...this.#target,
            address: (v) => placement.address.get(v)!,
            scratch: placement.scratch[i],
            constant: context.constant,
            scalar: context.scalar,
            known: (v) => known.get(v) ?? null,
          },
          step,
          nests[i] as Nest,
        );
        return (code) => {
          if (loops.before !== null) code.call(loops.before);
          this.#pieces(code, loops.run, loops.chunks, share);
          if (loops.after !== null) code.call(loops.after);
        };
      }
      const kernel = kernels[i];
      if (kernel === null) return this.#hostCall(step as HostStep, placement, host);
      const addresses = [
        ...step.operands.map((o) => addressOf(placement, o)),
        ...step.node.outputs.map((y) => placement.address.get(y)!),
        placement.scratch[i],
      ];
      const piece = module.function(['i32'], [], (code) => {
        for (const at of addresses) code.i32(at);
        code.get(code.param(0));
        code.call(kernel.run);
      });
      return (code) => this.#pieces(code, piece, kernel.chunks, share);
    });
    module.function([], [], (code) => calls.forEach((call) => call(code)), 'run');

    const images = [
      { at: 0, bytes: pool.image() },
      ...stored.map((c) => ({ at: placement.address.get(c)!, bytes: bytesOf(constantOf(c)) })),
    ].filter(({ bytes }) => bytes.length > 0);
    module.function(
      [],
      [],
      (code) => {
        for (const { at, bytes } of images) {
          code.i32(at);
          code.i32(0);
          code.i32(bytes.length);
          code.memoryInit(module.data(bytes));
        }
      },
      'init',
    );
    return {
      bytes: module.finish(),
      inputs: graph.inputs.map(({ value }) => placement.address.get(value)!),
      outputs: fused.results.map((o) => addressOf(placement, o)),
      hosts: this.#hosts,
      memoryBytes: placement.bytes,
      steps: fused.steps,
    };
  }

  #scalar(name: string, arity: number): FunctionRef {
    const known = this.#scalars.get(name);
    if (known !== undefined) return known;
    const params = Array.from({ length: arity }, () => 'f64' as const);
    const f = this.#module.importFunction('scalar', name, params, ['f64']);
    this.#scalars.set(name, f);
    return f;
  }

  #kernel(context: KernelContext, step: Step): Kernel | null {
    if (step.kind === 'contract') return contractionKernel(context, step);
    if (step.kind !== 'kernel') return null;
    return kernelFor(context, step.request, {
      inputs: step.operands.map(({ root, view }) => ({
        dtype: root.aval.dtype,
        shape: view.shape,
        strides: view.strides,
      })),
      outputs: step.node.outputs.map((y) => y.aval),
    });
  }

  #shared = 0;

  /** All pieces of a function, in order; where there are many, by as many threads as there are. */
  #pieces(code: Code, run: FunctionRef, chunks: number, share: FunctionRef): void {
    if (chunks === 1) {
      code.i32(0);
      code.call(run);
      return;
    }
    if (chunks >= worthSharing) {
      this.#module.function(
        ['i32'],
        [],
        (c) => {
          c.get(c.param(0));
          c.call(run);
        },
        `piece${this.#shared}`,
      );
      code.i32(this.#shared++);
      code.i32(chunks);
      code.call(share);
      return;
    }
    const chunk = code.local('i32');
    code.count(chunk, 0, chunks, 1, () => {
      code.get(chunk);
      code.call(run);
    });
    code.release(chunk);
  }

  #hostCall(step: HostStep, placement: Placement, host: FunctionRef): (code: Code) => void {
    const number = this.#hosts.length;
    this.#hosts.push({
      step,
      inputs: step.operands.map((o) => addressOf(placement, o)),
      outputs: step.node.outputs.map((y) => placement.address.get(y)!),
    });
    return (code) => {
      code.i32(number);
      code.call(host);
    };
  }
}

/** Room for the constants of vector functions, below everything else: their number is known last. */
const poolBytes = 65_536;

function shifted(placement: Placement, by: number): Placement {
  return {
    address: new Map([...placement.address].map(([v, at]) => [v, at + by])),
    scratch: placement.scratch.map((at) => at + by),
    bytes: placement.bytes + by,
  };
}

const addressOf = ({ address }: Placement, { root, view }: Operand): number =>
  address.get(root)! + view.offset * itemBytes(root.aval.dtype);

/** What is made in one step and needed in another, or is an output. */
function escaping({ steps, results }: Fused): Set<Value> {
  const found = new Set(results.map((r) => r.root));
  const made = new Map<Value, number>();
  steps.forEach((step, at) => {
    if (step.kind === 'loop') for (const m of step.members) made.set(m.output, at);
  });
  steps.forEach((step, at) => {
    const operands = step.kind === 'loop' ? step.members.flatMap((m) => m.operands) : step.operands;
    for (const { root } of operands) if (made.get(root) !== at) found.add(root);
  });
  return found;
}

const constantOf = (value: Value): Tensor => value.node!.op.primitive!.constant!(value.node!.attrs);

/** Constants of one element, by their bits: they stand in the code's own pool. */
function knownScalars(graph: Graph): Map<Value, bigint> {
  const known = new Map<Value, bigint>();
  for (const { op, outputs } of graph.nodes) {
    if (op.primitive!.constant === undefined) continue;
    const { data, dtype } = constantOf(outputs[0]);
    if (data.length !== 1) continue;
    const kind = kindOf[dtype];
    known.set(outputs[0], dtype === 'bool' ? (data[0] ? 0xffffffffn : 0n) : bitsOf(kind, data[0]));
  }
  return known;
}

/** What is read from memory by a kernel, the interpreter or the caller: a constant there must stand in memory too. */
const readInPlace = ({ steps, results }: Fused): Set<Value> =>
  new Set([...results, ...steps.flatMap((step) => (step.kind === 'loop' ? [] : step.operands))].map((o) => o.root));

const bytesOf = ({ data }: Tensor): Uint8Array =>
  new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
