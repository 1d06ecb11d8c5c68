// A plan as one WebAssembly module: every step a function, and one exported call that runs them all.

import type { Aval, DType, Shape } from '../ir/aval.ts';
import type { Graph } from '../ir/graph.ts';
import type { Tensor } from '../ir/tensor.ts';
import { invariant } from '../errors.ts';
import type { Attrs } from '../op.ts';
import type { Fused, HostStep, KernelStep, Step } from '../optimize/fuse.ts';
import type { Placement } from '../optimize/place.ts';
import type { Code, FunctionRef } from './assembler.ts';
import type { Frame } from './control.ts';
import { addressIn, emitControl } from './control.ts';
import { emitStart } from './stacks.ts';
import { nanosecondsOf } from './duration.ts';
import type { Draft, Laid, Layout, Level } from './lay-out.ts';
import { constantOf } from './lay-out.ts';
import { emitLoops } from './loops.ts';
import { emitUnrolled } from './unrolled-control.ts';

/** An array in the memory that the module computes in, at an address in bytes. */
export interface Placed {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly at: number;
}

/** A call of the interpreter from within the module: plain data, as long as no attribute is a graph. */
export interface HostCall {
  readonly op: string;
  readonly attrs: Attrs;
  readonly operands: readonly Placed[];
  readonly results: readonly Placed[];
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

/** Nanoseconds of work from which on threads share it: handing it over takes some ten thousand. */
const worthSharing = 200_000;

/** Finishes the module of a graph whose steps are laid out and placed. It imports env.memory, env.host, env.share and the scalar functions it calls. */
export const emit = (graph: Graph, fused: Fused, layout: Layout, placement: Placement): Emitted =>
  new Emitter(layout, placement).emit(graph, fused);

/** A function of a piece's number, one that does all pieces at once where that is quicker, and how many there are. */
interface Pieces {
  readonly run: FunctionRef;
  readonly whole?: FunctionRef;
  readonly chunks: number;
}

class Emitter {
  readonly #draft: Draft;
  readonly #layout: Layout;
  readonly #placement: Placement;
  readonly #hosts: HostCall[] = [];
  #shared = 0;

  constructor(layout: Layout, placement: Placement) {
    this.#draft = layout.draft;
    this.#layout = layout;
    this.#placement = placement;
  }

  emit(graph: Graph, fused: Fused): Emitted {
    const { module, pool } = this.#draft;
    const { stored, demands } = this.#layout;
    const { address, bytes } = this.#placement;
    const frame: Frame = { address: (v) => address.get(v)!, scratch: (i) => this.#placement.scratch[i] };
    const run = this.#steps(this.#layout, frame);
    module.function(
      [],
      [],
      (code) => {
        emitStart(code, bytes);
        run(code);
      },
      'run',
    );
    invariant(pool.base + pool.length <= demands.reserved, 'constants fit the room that is kept for them');
    const images = [
      { at: pool.base, bytes: pool.image() },
      ...stored.map((c) => ({ at: address.get(c)!, bytes: bytesOf(constantOf(c)) })),
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
      inputs: graph.inputs.map(({ value }) => address.get(value)!),
      outputs: fused.results.map((o) => addressIn(frame, o)),
      hosts: this.#hosts,
      memoryBytes: bytes,
      steps: fused.steps,
    };
  }

  /** The code that runs the steps of a graph. */
  #steps(level: Level, frame: Frame): (code: Code) => void {
    const calls = level.steps.map((laid, i) => this.#step(laid, frame, frame.scratch(i)));
    return (code) => calls.forEach((call) => call(code));
  }

  /** The code that runs a step, in order after those before it. */
  #step(laid: Laid, frame: Frame, scratch: number): (code: Code) => void {
    const { module, context, known } = this.#draft;
    if (laid.kind === 'host') return this.#hostCall(laid.step, frame);
    if (laid.kind === 'control') {
      const run = laid.unrolled
        ? emitUnrolled(this.#draft, laid, frame, scratch)
        : emitControl(this.#draft, laid, frame, scratch, (part, inner) => this.#steps(part, inner));
      return (code) => code.call(run);
    }
    if (laid.kind === 'loop') {
      const loops = emitLoops(
        {
          module,
          fused: context.fused,
          wide: context.wide,
          address: frame.address,
          scratch,
          constant: context.constant,
          scalar: context.scalar,
          known: (v) => known.get(v) ?? null,
        },
        laid.step,
        laid.nest,
      );
      return (code) => {
        if (loops.before !== null) code.call(loops.before);
        this.#pieces(code, laid, loops);
        if (loops.after !== null) code.call(loops.after);
      };
    }
    const { step, kernel } = laid;
    const addresses = [
      ...step.operands.map((o) => addressIn(frame, o)),
      ...step.node.outputs.map(frame.address),
      scratch,
    ];
    const piece = (f: FunctionRef): FunctionRef =>
      module.function(['i32'], [], (code) => {
        for (const at of addresses) code.i32(at);
        code.get(code.param(0));
        code.call(f);
      });
    const { chunks, whole } = kernel;
    const pieces = { run: piece(kernel.run), chunks, ...(whole !== undefined && { whole: piece(whole) }) };
    return (code) => this.#pieces(code, laid, pieces);
  }

  /** All pieces of a step: by several threads where it takes long and some are free, else one after another or at once. */
  #pieces(code: Code, laid: Laid, { run, whole, chunks }: Pieces): void {
    const { module, share } = this.#draft;
    const alone = (): void => {
      if (whole === undefined && chunks > 1) {
        const chunk = code.local('i32');
        code.count(chunk, 0, chunks, 1, () => {
          code.get(chunk);
          code.call(run);
        });
        code.release(chunk);
      } else {
        code.i32(0);
        code.call(whole ?? run);
      }
    };
    if (chunks === 1 || nanosecondsOf(laid) < worthSharing) return alone();
    module.function(
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
    code.op('i32.eqz');
    code.if(alone);
  }

  #hostCall(step: HostStep | KernelStep, frame: Frame): (code: Code) => void {
    const number = this.#hosts.length;
    const { op, attrs, inputs, outputs } = step.node;
    this.#hosts.push({
      op: op.name,
      attrs,
      operands: inputs.map(({ aval }, i) => placed(aval, addressIn(frame, step.operands[i]))),
      results: outputs.map((y) => placed(y.aval, frame.address(y))),
    });
    return (code) => {
      code.i32(number);
      code.call(this.#draft.host);
    };
  }
}

export const placed = ({ dtype, shape }: Aval, at: number): Placed => ({ dtype, shape, at });

const bytesOf = ({ data }: Tensor): Uint8Array =>
  new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
