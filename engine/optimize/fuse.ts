// Fusion: a graph becomes a list of steps, each one loop nest over many nodes, one kernel, or one call of the interpreter.

import { subgraphsOf } from '../families/bodies.ts';
import { bytesOfAval, isFloat, sameShape, sizeOf, stridesOf } from '../ir/aval.ts';
import type { Graph, Node, Value } from '../ir/graph.ts';
import type { View } from '../ir/view.ts';
import { squeezeView, wholeView } from '../ir/view.ts';
import type { Reducer } from '../op.ts';
import { block, isBlockable } from './block.ts';
import { joinCopies } from './copies.ts';
import { contractionOrders, isMatrixProduct, productOf } from './contraction.ts';
import { rootsOf } from './order.ts';
import type { KernelRequest } from '../wasm/kernels/index.ts';

/** What a step reads: elements of a value that has memory of its own. */
export interface Operand {
  readonly root: Value;
  readonly view: View;
  /** The step before which it is not to be read, however early it is there. */
  readonly from?: number;
}

/**
 * A node within a loop nest. A `map` computes an element of the domain, a `reduce` joins elements of it, a `row` computes
 * once for each of the outer axes; `copy` moves elements and computes nothing. Views of operands are over the domain
 * without its axes of size 1 (a row's: over the outer axes).
 */
export interface Member {
  readonly node: Node;
  readonly role: 'map' | 'reduce' | 'row';
  readonly copy: boolean;
  readonly operands: readonly Operand[];
  readonly output: Value;
  /** Which pass over the inner axes it belongs to: what a reduction gives is there in the next one. */
  readonly phase: number;
  readonly reducer?: Reducer;
  /** The axes of the domain that are reduced. */
  readonly axes?: readonly number[];
}

export interface LoopStep {
  readonly kind: 'loop';
  /** Sizes without 1. */
  readonly domain: readonly number[];
  /** So many trailing axes are gone through once for each phase, because their reduction is used within the step. */
  inner: number;
  readonly members: Member[];
}
export interface ContractStep {
  readonly kind: 'contract';
  readonly node: Node;
  readonly operands: readonly Operand[];
}
export interface KernelStep {
  readonly kind: 'kernel';
  readonly node: Node;
  readonly request: KernelRequest;
  readonly operands: readonly Operand[];
}
/** The interpreter's own evaluation, on contiguous operands. */
export interface HostStep {
  readonly kind: 'host';
  readonly node: Node;
  readonly operands: readonly Operand[];
}
/** A loop or a branch: its bodies are graphs of their own. Operands lie in one piece. */
export interface ControlStep {
  readonly kind: 'control';
  readonly node: Node;
  readonly operands: readonly Operand[];
}
export type Step = LoopStep | ContractStep | KernelStep | HostStep | ControlStep;

export interface Fused {
  readonly steps: readonly Step[];
  /** Where each of the graph's outputs lies, contiguous. */
  readonly results: readonly Operand[];
}

/** Rows longer than this are not kept near between phases: the step ends instead. */
const longestRow = 32_768;
/** Rows shorter than this are not worth a scalar computation between phases. */
const shortestRow = 16;
/** A whole domain so small is gone through in phases too. */
const smallDomain = 4096;
/** Steps that are looked at for a place. */
const lookback = 24;
/** Nodes that one step takes: as one loop, and where it can be gone through in blocks. */
const [mostInLoop, mostInBlocks] = [400, 4000];
/** Arrays so small may be made long before they are needed. */
const smallBytes = 65_536;

/** What a node's outputs may be computed by. */
export const outputsOf = (step: Step): readonly Value[] =>
  step.kind === 'loop' ? step.members.map((m) => m.output) : step.node.outputs;
export const operandsOf = (step: Step): readonly Operand[] =>
  step.kind === 'loop' ? step.members.flatMap((m) => m.operands) : step.operands;

/** Groups the nodes of a graph. Every step reads only graph inputs, constants and outputs of earlier steps. */
export function fuse(graph: Graph): Fused {
  return new Fusion(graph).run();
}

class Fusion {
  readonly #graph: Graph;
  readonly #steps: Step[] = [];
  /** Where each value lies. */
  readonly #lies = new Map<Value, Operand>();
  /** The step that makes each root; absent for inputs and constants. */
  readonly #madeBy = new Map<Value, number>();
  readonly #memberOf = new Map<Value, Member>();
  readonly #copies = new Map<Value, Operand>();
  /** The last node that reads each array. */
  readonly #lastReader = new Map<Value, Node>();
  #node: Node | undefined;

  constructor(graph: Graph) {
    this.#graph = graph;
    const rootOf = rootsOf(graph);
    for (const node of graph.nodes) {
      if (node.op.primitive!.view === undefined) for (const x of node.inputs) this.#lastReader.set(rootOf(x), node);
    }
    for (const value of [...graph.inputs.map((i) => i.value), ...graph.outputs]) this.#lastReader.delete(rootOf(value));
  }

  run(): Fused {
    for (const { value } of this.#graph.inputs) this.#own(value);
    for (const node of this.#graph.nodes) {
      this.#node = node;
      this.#place(node);
    }
    const results = this.#graph.outputs.map((y) => this.#contiguous(y));
    const steps = joinCopies(this.#steps, results);
    return { steps: steps.map((step) => (step.kind === 'loop' ? block(step) : step)), results };
  }

  #own(value: Value): void {
    this.#lies.set(value, { root: value, view: wholeView(value.aval.shape) });
  }

  #place(node: Node): void {
    const primitive = node.op.primitive!;
    const [output] = node.outputs;
    if (primitive.constant !== undefined) return this.#own(output);
    if (primitive.view !== undefined) {
      const [{ root, view, from }, ...others] = node.inputs.map((x) => this.#lies.get(x)!);
      const seen = primitive.view(view, node.attrs, output.aval);
      const waits = Math.max(from ?? -1, ...others.map((o) => this.#madeBy.get(o.root) ?? -1));
      if (seen !== null) this.#lies.set(output, { root, view: seen, ...(waits >= 0 && { from: waits }) });
      else {
        // The elements move into memory of their own, in the input's shape: there the output is a view.
        const copy = this.#copy(node.inputs[0]);
        this.#lies.set(output, { root: copy.root, view: primitive.view(copy.view, node.attrs, output.aval)! });
      }
      return;
    }
    for (const y of node.outputs) this.#own(y);
    const step = this.#stepOf(node);
    if (step === null) return;
    this.#append(step);
  }

  #append(step: Step): void {
    this.#steps.push(step);
    for (const y of outputsOf(step)) this.#madeBy.set(y, this.#steps.length - 1);
  }

  /** The step of a node that is none of the loops' business, or null once a loop has taken it. */
  #stepOf(node: Node): Step | null {
    const primitive = node.op.primitive!;
    const { inputs, outputs, attrs } = node;
    if (subgraphsOf(attrs).length > 0) {
      return { kind: 'control', node, operands: inputs.map((x) => this.#contiguous(x)) };
    }
    const empty = [...inputs, ...outputs].some((x) => sizeOf(x.aval.shape) === 0);
    if (!empty && outputs.length === 1) {
      if (primitive.reduces !== undefined) {
        this.#reduce(node, primitive.reduces);
        return null;
      }
      if (isMap(node)) {
        this.#map(node, false);
        return null;
      }
      if (primitive.contraction !== undefined) {
        return { kind: 'contract', node, operands: this.#factors(node) };
      }
    }
    if (!empty) {
      const request = primitive.kernel?.(
        inputs.map((x) => x.aval),
        outputs.map((y) => y.aval),
        attrs,
      );
      if (request != null) {
        const strided = 'strided' in request && request.strided;
        const operands = inputs.map((x) => (strided ? this.#lies.get(x)! : this.#contiguous(x)));
        return { kind: 'kernel', node, request, operands };
      }
    }
    return { kind: 'host', node, operands: inputs.map((x) => this.#contiguous(x)) };
  }

  /** A value as it lies, if that is in one piece; else a copy of it. */
  #contiguous(value: Value): Operand {
    const lies = this.#lies.get(value)!;
    const { shape, strides } = squeezeView(lies.view);
    const own = stridesOf(shape);
    if (shape.includes(0) || strides.every((s, i) => s === own[i])) return lies;
    return this.#copy(value);
  }

  #copy(value: Value): Operand {
    const known = this.#copies.get(value);
    if (known !== undefined) return known;
    const output: Value = { id: value.id, aval: value.aval, node: undefined, index: 0 };
    const operand: Operand = { root: output, view: wholeView(value.aval.shape) };
    if (sizeOf(value.aval.shape) > 0) {
      const node: Node = { ...value.node!, inputs: [value], outputs: [output] };
      this.#map(node, true);
    }
    this.#copies.set(value, operand);
    return operand;
  }

  /** The operands of a contraction, copied into the order of a matrix product where strides do not give one. */
  #factors(node: Node): Operand[] {
    const [x, y] = node.inputs.map((v) => this.#lies.get(v)!);
    if (isMatrixProduct(productOf(node, x.view, y.view))) return [x, y];
    return contractionOrders(node).map((order, side) => {
      const { root, view } = side === 0 ? x : y;
      const shape = order.map((a) => view.shape[a]);
      const value: Value = { id: root.id, aval: { dtype: root.aval.dtype, shape }, node, index: 0 };
      this.#lies.set(value, { root, view: { shape, strides: order.map((a) => view.strides[a]), offset: view.offset } });
      const copy = this.#copy(value);
      const own = wholeView(shape).strides;
      return {
        root: copy.root,
        view: { ...view, strides: view.shape.map((_d, a) => own[order.indexOf(a)]), offset: 0 },
      };
    });
  }

  #map(node: Node, copy: boolean): void {
    const output = node.outputs[0];
    const { shape } = output.aval;
    const domain = shape.filter((d) => d !== 1);
    const operands = node.inputs.map((x) => squeezed(this.#lies.get(x)!));
    this.#join(domain, { node, role: 'map', copy, operands, output, phase: 0 });
  }

  #reduce(node: Node, reducer: Reducer): void {
    const [x] = node.inputs;
    const reduced = node.attrs['axis'] as number[];
    const kept = x.aval.shape.map((_d, i) => i).filter((i) => x.aval.shape[i] !== 1);
    const axes = kept.flatMap((a, i) => (reduced.includes(a) ? [i] : []));
    const operands = [squeezed(this.#lies.get(x)!)];
    const output = node.outputs[0];
    // A reduction over axes of size 1 moves elements.
    const member: Member =
      axes.length === 0
        ? { node, role: 'map', copy: true, operands, output, phase: 0 }
        : { node, role: 'reduce', copy: false, operands, output, phase: 0, reducer, axes };
    this.#join(
      kept.map((i) => x.aval.shape[i]),
      member,
    );
  }

  /** Into the last step that can take the member, else into one of its own. */
  #join(domain: readonly number[], member: Member): void {
    this.#mergeFor(domain, member);
    const earliest = Math.max(
      -1,
      ...member.operands.map(({ root, from }) => Math.max(from ?? -1, this.#madeBy.get(root) ?? -1)),
    );
    const last = this.#steps.length - 1;
    const farthest = this.#mayBeEarly(member) ? last - lookback : last;
    for (let at = last; at >= Math.max(0, earliest, farthest); at--) {
      const step = this.#steps[at];
      if (step.kind !== 'loop' || isFull(step.domain, step.members.length)) continue;
      const fitted = this.#fit(step, at, domain, member);
      if (fitted !== null) return this.#put(step, at, fitted);
    }
    const step: LoopStep = { kind: 'loop', domain, inner: 0, members: [] };
    this.#steps.push(step);
    this.#put(step, this.#steps.length - 1, member);
  }

  /** The last two steps as one, where both make operands of a member and go through the member's domain element by element. */
  #mergeFor(domain: readonly number[], member: Member): void {
    const last = this.#steps.length - 1;
    const [first, second] = this.#steps.slice(-2);
    if (second === undefined || first.kind !== 'loop' || second.kind !== 'loop') return;
    if (isFull(domain, first.members.length + second.members.length)) return;
    if (!sameShape(first.domain, domain) || !sameShape(second.domain, domain)) return;
    if (first.inner > 0 || second.inner > 0) return;
    const reads = (at: number, { operands }: Member): boolean =>
      operands.some(({ root }) => this.#madeBy.get(root) === at);
    if (!reads(last - 1, member) || !reads(last, member)) return;
    const byElement = ({ root, view }: Operand): boolean =>
      this.#madeBy.get(root) !== last - 1 || (this.#memberOf.get(root)!.role === 'map' && isIdentity(view, domain));
    if (![...second.members, member].every((m) => m.operands.every(byElement))) return;
    this.#steps.pop();
    for (const m of second.members) this.#put(first, last - 1, m);
  }

  /** Whether it keeps no more in memory to make a member's output in an earlier step, when its operands die there. */
  #mayBeEarly({ role, operands, output }: Member): boolean {
    const bytes = bytesOfAval(output.aval);
    if (role === 'reduce' || bytes <= smallBytes) return true;
    const dying = new Set(operands.map((o) => o.root).filter((root) => this.#lastReader.get(root) === this.#node));
    return bytes <= [...dying].reduce((n, root) => n + bytesOfAval(root.aval), 0);
  }

  #put(step: LoopStep, at: number, member: Member): void {
    step.members.push(member);
    this.#madeBy.set(member.output, at);
    this.#memberOf.set(member.output, member);
  }

  /** The member as it would stand in the step, or null where it cannot. */
  #fit(step: LoopStep, at: number, domain: readonly number[], member: Member): Member | null {
    const related = member.operands.some(({ root }) => this.#madeBy.get(root) === at);
    if (sameShape(step.domain, domain)) {
      if (!related && domain.length > 0 && !this.#shares(step, member)) return null;
      let phase = 0;
      let inner = step.inner;
      for (const { root, view } of member.operands) {
        if (this.#madeBy.get(root) !== at) continue;
        const maker = this.#memberOf.get(root)!;
        if (maker.role === 'map') {
          if (!isIdentity(view, domain)) return null;
          phase = Math.max(phase, maker.phase);
          continue;
        }
        const axes = this.#rowAxes(step, maker);
        if (axes === null || (inner !== 0 && inner !== axes) || !isRowOf(view, domain, axes)) return null;
        inner = axes;
        phase = Math.max(phase, maker.phase + 1);
      }
      step.inner = inner;
      return { ...member, phase };
    }
    return member.role === 'map' && related ? this.#fitRow(step, at, domain, member) : null;
  }

  /** What a reduction or a row of the step gives, as trailing axes that it is constant along; null where it has no such. */
  #rowAxes(step: LoopStep, maker: Member): number | null {
    const rank = step.domain.length;
    if (maker.role === 'row') return step.inner;
    const { axes } = maker;
    if (axes === undefined || !axes.every((a, i) => a === rank - axes.length + i)) return null;
    const row = sizeOf(step.domain.slice(rank - axes.length));
    const fits = axes.length === rank ? row <= smallDomain : row <= longestRow;
    return fits ? axes.length : null;
  }

  /** A map over the outer axes alone, between two phases. */
  #fitRow(step: LoopStep, at: number, domain: readonly number[], member: Member): Member | null {
    let phase = 0;
    let { inner } = step;
    for (const { root, view } of member.operands) {
      if (this.#madeBy.get(root) !== at) continue;
      const maker = this.#memberOf.get(root)!;
      if (maker.role === 'map') return null;
      const axes = this.#rowAxes(step, maker);
      if (axes === null || (inner !== 0 && inner !== axes)) return null;
      inner = axes;
      if (!isIdentity(view, domain)) return null;
      phase = Math.max(phase, maker.phase);
    }
    const rank = step.domain.length;
    const outer = step.domain.slice(0, rank - inner);
    if (inner === 0 || !sameShape(outer, domain) || sizeOf(step.domain.slice(rank - inner)) < shortestRow) return null;
    step.inner = inner;
    return { ...member, role: 'row', phase };
  }

  #shares(step: LoopStep, member: Member): boolean {
    return member.operands.some(
      ({ root, view }) =>
        view.strides.some((s) => s !== 0) && step.members.some((m) => m.operands.some((o) => o.root === root)),
    );
  }
}

const isFull = (domain: readonly number[], members: number): boolean =>
  members >= mostInLoop && (members >= mostInBlocks || !isBlockable(domain));

const squeezed = ({ view, ...lies }: Operand): Operand => ({ ...lies, view: squeezeView(view) });

const isIdentity = (view: View, domain: readonly number[]): boolean => {
  const own = stridesOf(domain);
  return view.offset === 0 && sameShape(view.shape, domain) && view.strides.every((s, i) => s === own[i]);
};

/** Whether a view over the domain is a contiguous array over its leading axes, repeated along the `inner` trailing ones. */
function isRowOf(view: View, domain: readonly number[], inner: number): boolean {
  const outer = domain.length - inner;
  const own = stridesOf(domain.slice(0, outer));
  return view.offset === 0 && view.strides.every((s, i) => s === (i < outer ? own[i] : 0));
}

/** Whether the node computes element by element in a form that loops know. */
export function isMap({ op, inputs, outputs, attrs }: Node): boolean {
  const primitive = op.primitive!;
  if (primitive.converts === true) return true;
  if (primitive.lower === undefined || inputs.length === 0) return false;
  const { dtype } = inputs[inputs.length - 1].aval;
  if (primitive.lower(attrs, dtype) !== undefined) return true;
  return (
    inputs.every((x) => x.aval.dtype === dtype) &&
    isFloat(dtype) &&
    (isFloat(outputs[0].aval.dtype) || outputs[0].aval.dtype === 'bool') &&
    primitive.pointwise?.(attrs) !== undefined
  );
}
