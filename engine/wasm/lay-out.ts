// The form of every step: a loop nest, the function of a kernel, or a call of the interpreter; and what it asks of memory.

import { bytesOfAval } from '../ir/aval.ts';
import type { Graph, Value } from '../ir/graph.ts';
import { branchesOf } from '../families/branches.ts';
import { scanOf, whileOf } from '../families/loops.ts';
import type { Tensor } from '../ir/tensor.ts';
import type { ContractStep, ControlStep, Fused, HostStep, KernelStep, LoopStep, Operand } from '../optimize/fuse.ts';
import { fuse, operandsOf, outputsOf } from '../optimize/fuse.ts';
import { order } from '../optimize/order.ts';
import type { Demand, Demands, Placement, Reuse } from '../optimize/place.ts';
import { place } from '../optimize/place.ts';
import { unroll } from '../optimize/unroll.ts';
import type { FunctionRef } from './assembler.ts';
import { Module } from './assembler.ts';
import { ConstantPool } from './constants.ts';
import { contractionKernel } from './contraction.ts';
import { kindOf } from './convert.ts';
import type { Kernel, KernelContext } from './kernel.ts';
import { kernelFor } from './kernels/index.ts';
import type { Nest } from './nest.ts';
import { layOutNest, slackBytes } from './nest.ts';
import { bitsOf } from './vocabulary.ts';

/** What the code may use. */
export interface Target {
  /** Relaxed SIMD, for fused multiply-add. */
  readonly fused: boolean;
  /** V8 joins pairs of vectors. */
  readonly wide: boolean;
}

/** A step with its form. */
export type Laid =
  | { readonly kind: 'loop'; readonly step: LoopStep; readonly nest: Nest }
  | { readonly kind: 'kernel'; readonly step: ContractStep | KernelStep; readonly kernel: Kernel }
  | { readonly kind: 'host'; readonly step: HostStep | KernelStep }
  | LaidControl;

/** A graph within the module: the whole, or the body of a loop or a branch. */
export interface Level {
  readonly graph: Graph;
  readonly fused: Fused;
  readonly steps: readonly Laid[];
  readonly demands: Demands;
}

/** A body with its place in the scratch of its loop or branch. */
export interface Part extends Level {
  readonly placement: Placement;
  /** Bytes from the scratch's start to the part's. */
  readonly at: number;
}

export interface LaidControl {
  readonly kind: 'control';
  readonly step: ControlStep;
  /** The condition, where there is one, then the bodies; none where it is straight code. */
  readonly parts: readonly Part[];
  /** Its arrays are tiny: they are in registers, and bodies have no memory of their own. */
  readonly unrolled: boolean;
  readonly scratchBytes: number;
  /** Where in the scratch carries wait that would be written over before they are moved. */
  readonly staging: number;
}

/** A module that is being written: kernels say how much scratch they need only once they are. */
export interface Draft {
  readonly module: Module;
  readonly context: KernelContext;
  readonly pool: ConstantPool;
  /** Scalar constants by their bits: they stand in the code's own pool. */
  readonly known: Map<Value, bigint>;
  /** Calls of the interpreter; and of other threads: (which function, of how many pieces) → 1 where they have done it. */
  readonly host: FunctionRef;
  readonly share: FunctionRef;
  /** Asks for so many more bytes of memory; 0 tells that a loop has made all the turns that it may. */
  readonly more: FunctionRef;
}

export interface Layout extends Level {
  readonly draft: Draft;
  /** Constants that stand in memory. */
  readonly stored: readonly Value[];
}

/** Most pages of 64 KiB that a memory can have: 4 GiB. */
export const mostPages = 65_536;
/**
 * Cells at the start of memory: the end of what the stacks of loops hold, an unsigned 32-bit address; how many turns one
 * while loop may make, 32 bits; how many all of them have made, 64 bits; the end of what stacks may take without asking for
 * more, an unsigned 32-bit address.
 */
export const cells = { top: 0, most: 4, turns: 8, ceiling: 16 } as const;
const cellBytes = 64;
/** Room for the constants of vector functions, below everything else: their number is known last. */
const poolBytes = 65_536;

/** Lays out the steps of a graph. */
export function layOut(graph: Graph, fused: Fused, target: Target): Layout {
  const draft = draftOf(target);
  const stored: Value[] = [];
  const level = layOutLevel(draft, stored, graph, fused, null);
  const pinned = [...stored, ...graph.inputs.map((i) => i.value)];
  const reserved = poolBytes + 16 * draft.known.size;
  return { ...level, draft, stored, demands: { ...level.demands, reserved, pinned } };
}

/**
 * Lays out the steps of one graph. In a body `own` are the inputs that have a place in it, all made before its first step;
 * its other inputs lie where the loop or branch has them, and its constants among those of the whole.
 */
function layOutLevel(draft: Draft, stored: Value[], graph: Graph, fused: Fused, own: readonly Value[] | null): Level {
  for (const [value, bits] of knownScalars(graph)) draft.known.set(value, bits);
  const { known } = draft;
  const escapes = escaping(fused);
  const inPlace = readInPlace(fused);
  const constants = graph.nodes.flatMap((n) => (n.op.primitive!.constant === undefined ? [] : n.outputs));
  const inMemory = constants.filter((c) => known.get(c) === undefined || inPlace.has(c));
  stored.push(...inMemory);
  const steps = fused.steps.map((step): Laid => {
    if (step.kind === 'loop') return { kind: 'loop', step, nest: layOutNest(step, escapes, draft.context.fused) };
    if (step.kind === 'host') return { kind: 'host', step };
    if (step.kind === 'control') return layOutControl(draft, stored, step);
    const kernel = kernelOf(draft.context, step);
    if (kernel !== null) return { kind: 'kernel', step, kernel };
    return { kind: 'host', step: step as KernelStep };
  });
  const elsewhere = new Set<Value>();
  if (own !== null) {
    const placed = new Set(own);
    for (const { value } of graph.inputs) if (!placed.has(value)) elsewhere.add(value);
    for (const value of constants) elsewhere.add(value);
  }
  const placed = (value: Value): boolean =>
    !elsewhere.has(value) && (known.get(value) === undefined || inPlace.has(value));
  const demands = steps.map((laid) => demandOf(laid, placed));
  const begins: Demand[] = own === null ? [] : [{ reads: [], makes: own, scratchBytes: 0, reuses: [] }];
  return {
    graph,
    fused,
    steps,
    demands: {
      reserved: 0,
      pinned: [],
      steps: [...begins, ...demands],
      kept: fused.results.map((r) => r.root).filter((root) => own === null || placed(root)),
      slack: slackBytes,
    },
  };
}

/** The bodies of a loop or a branch, each with memory of its own; only one branch runs, and so branches share theirs. */
function layOutControl(draft: Draft, stored: Value[], step: ControlStep): LaidControl {
  const { node } = step;
  const unrolled = unroll(node);
  if (unrolled !== null) {
    stored.push(...unrolled.constants);
    const scratchBytes = aligned(unrolled.scratchBytes);
    return { kind: 'control', step, parts: [], unrolled: true, scratchBytes, staging: 0 };
  }
  const isSwitch = node.op.name === 'switch';
  const parts: Part[] = [];
  let end = 0;
  let most = 0;
  const add = (graph: Graph, own: readonly Value[]): Part => {
    const level = layOutLevel(draft, stored, graph, fuse(order(graph)), own);
    const placement = place(level.demands);
    const part = { ...level, placement, at: isSwitch ? 0 : end };
    parts.push(part);
    end += aligned(placement.bytes);
    most = Math.max(most, placement.bytes);
    return part;
  };
  if (isSwitch) {
    for (const graph of branchesOf(node.attrs)) add(graph, []);
    return { kind: 'control', step, parts, unrolled: false, scratchBytes: aligned(most), staging: 0 };
  }
  const loop = node.op.name === 'scan' ? scanOf(node.inputs, node.attrs) : null;
  const whole = loop === null ? whileOf(node.inputs, node.attrs) : null;
  const { body, consts, init } = loop ?? whole!.loop;
  if (whole !== null) add(whole.condition, []);
  const values = body.inputs.map((input) => input.value);
  add(body, [values[0], ...values.slice(1 + consts.length)]);
  const carried = init.reduce((bytes, x) => bytes + aligned(bytesOfAval(x.aval) + slackBytes), 0);
  return { kind: 'control', step, parts, unrolled: false, scratchBytes: end + carried, staging: end };
}

const aligned = (bytes: number): number => Math.ceil(bytes / 64) * 64;

function draftOf(target: Target): Draft {
  const module = new Module();
  const host = module.importFunction('env', 'host', ['i32']);
  const share = module.importFunction('env', 'share', ['i32', 'i32'], ['i32']);
  module.importMemory('env', 'memory', 1, mostPages, true);
  const more = module.importFunction('env', 'more', ['i32']);
  const pool = new ConstantPool(cellBytes);
  const scalars = new Map<string, FunctionRef>();
  const scalar = (name: string, arity: number): FunctionRef => {
    const params = Array.from({ length: arity }, () => 'f64' as const);
    const f = scalars.get(name) ?? module.importFunction('scalar', name, params, ['f64']);
    scalars.set(name, f);
    return f;
  };
  const context: KernelContext = {
    module,
    ...target,
    scalar,
    constant: (bits, width) => pool.address(bits, width),
  };
  return { module, context, pool, known: new Map(), host, share, more };
}

function kernelOf(context: KernelContext, step: ContractStep | KernelStep): Kernel | null {
  if (step.kind === 'contract') return contractionKernel(context, step);
  return kernelFor(context, step.request, {
    inputs: step.operands.map(({ root, view }) => ({
      dtype: root.aval.dtype,
      shape: view.shape,
      strides: view.strides,
    })),
    outputs: step.node.outputs.map((y) => y.aval),
  });
}

function demandOf(laid: Laid, placed: (value: Value) => boolean): Demand {
  const { step } = laid;
  const made = new Set(outputsOf(step));
  const reads = [...new Set(operandsOf(step).map((o) => o.root))].filter((root) => !made.has(root) && placed(root));
  // What lies elsewhere is not ours to write over.
  const own = (reuses: readonly Reuse[]): Reuse[] => reuses.filter((r) => placed(r.operand));
  switch (laid.kind) {
    case 'loop': {
      const reuses = own(laid.nest.reuses);
      return { reads, makes: laid.nest.arrays, scratchBytes: laid.nest.scratchBytes, reuses };
    }
    case 'kernel': {
      const reuses = own(inPlaceReuses(laid.step, laid.kernel.inPlace ?? []));
      return { reads, makes: laid.step.node.outputs, scratchBytes: laid.kernel.scratchBytes, reuses };
    }
    case 'host': {
      // The interpreter has its result before it is written anywhere.
      const { node, operands } = laid.step;
      const reuses = node.outputs.length === 1 ? own(inPlaceReuses(laid.step, [...operands.keys()])) : [];
      return { reads, makes: node.outputs, scratchBytes: 0, reuses };
    }
    case 'control':
      return { reads, makes: laid.step.node.outputs, scratchBytes: laid.scratchBytes, reuses: [] };
  }
}

/** The reuses of a step's first result over some of its operands: those that are whole arrays of as many bytes. */
function inPlaceReuses({ node, operands }: ContractStep | KernelStep | HostStep, allowed: readonly number[]): Reuse[] {
  const [result] = node.outputs;
  const bytes = bytesOfAval(result.aval);
  return allowed.flatMap((k) => {
    const { root } = operands[k];
    const alone = operands.every((o, i) => i === k || o.root !== root);
    return alone && isWhole(operands[k]) && bytesOfAval(root.aval) === bytes ? [{ result, operand: root }] : [];
  });
}

/** Whether an operand that is in one piece is all of its array. */
const isWhole = ({ root, view }: Operand): boolean =>
  view.offset === 0 && bytesOfAval(root.aval) === bytesOfAval({ dtype: root.aval.dtype, shape: view.shape });

/** What is made in one step and needed in another, or is an output. */
function escaping({ steps, results }: Fused): Set<Value> {
  const found = new Set(results.map((r) => r.root));
  const made = new Map<Value, number>();
  steps.forEach((step, at) => {
    if (step.kind === 'loop') for (const m of step.members) made.set(m.output, at);
  });
  steps.forEach((step, at) => {
    for (const { root } of operandsOf(step)) if (made.get(root) !== at) found.add(root);
  });
  return found;
}

/** The tensor of a constant. */
export const constantOf = (value: Value): Tensor => value.node!.op.primitive!.constant!(value.node!.attrs);

/** Constants of one element, by their bits. */
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
