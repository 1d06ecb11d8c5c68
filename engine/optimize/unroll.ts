// Which loops and branches are straight code: their arrays are a few numbers each, which then have no need of memory.

import { bytesOfAval, isFloat, itemBytes, sizeOf } from '../ir/aval.ts';
import type { Aval, DType } from '../ir/aval.ts';
import type { Graph, Node, Value } from '../ir/graph.ts';
import type { View } from '../ir/view.ts';
import { wholeView } from '../ir/view.ts';
import { branchesOf } from '../families/branches.ts';
import { subgraphsOf } from '../families/bodies.ts';
import { scanOf, whileOf } from '../families/loops.ts';
import { fuse, isMap } from './fuse.ts';
import { order } from './order.ts';

/** What straight code asks for. */
export interface Unrolled {
  /** Bytes where inner loops keep what their turns read and give. */
  readonly scratchBytes: number;
  /** Constants that it reads from memory. */
  readonly constants: readonly Value[];
}

/** Elements of an array that is held in registers. */
const mostElements = 32;
/** Elements that one reduction joins, and products that one contraction sums. */
const [mostJoined, mostProducts] = [64, 160];
/** Instructions of one loop or branch, about. */
const mostInstructions = 4000;

/** Whether an array's elements are held one by one. */
export const isTiny = ({ shape, stacked }: Aval): boolean => {
  const size = sizeOf(shape);
  return stacked !== true && size >= 1 && size <= mostElements;
};

/** An array that a loop carries in memory: turns write over it, and what was there is gone. */
class Owner {
  version = 0;
}

/** Where a value is: its elements in registers, or in memory; and which of them it is. */
interface Lies {
  readonly memory: boolean;
  readonly view: View;
  /** What a loop carries in memory, as it was after so many writes. */
  readonly owner?: Owner;
  readonly version?: number;
}

class TooLarge extends Error {}

/**
 * Operations for each step that the bodies would be otherwise from which on they are better off as loop nests over memory: those
 * go through whole vectors, joined in pairs, and what is handed from step to step is little beside what is computed in them. Of
 * float32 there are twice as many in a vector.
 */
const [mostInStep, asMany] = [300, { float64: 1, float32: 2 } as Readonly<Partial<Record<DType, number>>>];

/** What a loop or a branch asks for as straight code; null where it is none, or would gain nothing by it. */
export function unroll(node: Node): Unrolled | null {
  if (isHeavy(node)) return null;
  const survey = new Survey();
  try {
    const lies = node.inputs.map(({ aval }): Lies => ({ memory: true, view: wholeView(aval.shape) }));
    survey.control(node, lies, true);
  } catch (error) {
    if (error instanceof TooLarge) return null;
    throw error;
  }
  return { scratchBytes: survey.scratchBytes + resumeBytes(node), constants: survey.constants };
}

/** Operations of a map, at least one for each element. */
export function weightOf({ op, inputs, outputs: [output], attrs }: Node): number {
  const flops = op.primitive!.flops?.(
    inputs.map((x) => x.aval),
    [output.aval],
    attrs,
  );
  return Math.max(sizeOf(output.aval.shape), flops ?? 0);
}

/** Whether bodies are much arithmetic in few loop nests. */
function isHeavy(node: Node): boolean {
  let [weight, steps] = [0, 0];
  const visit = ({ attrs }: Node): void => {
    for (const graph of subgraphsOf(attrs)) {
      steps += fuse(order(graph)).steps.length;
      for (const inner of graph.nodes) {
        visit(inner);
        const [output] = inner.outputs;
        // A number alone is no vector.
        if (output !== undefined && sizeOf(output.aval.shape) > 1 && isMap(inner)) {
          weight += weightOf(inner) * (asMany[output.aval.dtype] ?? 0);
        }
      }
    }
  };
  visit(node);
  return weight > mostInStep * steps;
}

/** Bytes where a loop notes where its rows begin. */
export const baseBytes = 16;

/** Bytes where the outermost loop leaves what it carries between calls that make some of its turns each. */
export function resumeBytes({ op, inputs, attrs }: Node): number {
  if (op.name === 'switch') return 0;
  const { init } = op.name === 'scan' ? scanOf(inputs, attrs) : whileOf(inputs, attrs).loop;
  return init.reduce(
    (bytes, { aval }) => bytes + (isTiny(aval) ? 16 * Math.ceil(sizeOf(aval.shape) / 2) : 0),
    baseBytes,
  );
}

/** Bytes of an array in scratch. */
export const roomOf = (aval: Aval, length: number): number => Math.ceil((length * bytesOfAval(aval)) / 16) * 16;

/** The nodes of a body in an order in which what writes over an array comes after what else can be done. */
export function inOrder({ nodes }: Graph): readonly Node[] {
  const writes = (node: Node): boolean =>
    node.op.primitive!.view === undefined &&
    node.op.primitive!.constant === undefined &&
    node.outputs.some(({ aval }) => aval.stacked !== true && !isTiny(aval));
  if (!nodes.some(writes)) return nodes;
  const missing = new Map(nodes.map((node) => [node, new Set(node.inputs.flatMap((x) => x.node ?? []))]));
  const readers = new Map<Node, Node[]>();
  for (const node of nodes) {
    for (const maker of missing.get(node)!) {
      if (!missing.has(maker)) missing.get(node)!.delete(maker);
      else readers.set(maker, [...(readers.get(maker) ?? []), node]);
    }
  }
  const order: Node[] = [];
  const [plain, writers] = [[] as Node[], [] as Node[]];
  const ready = (node: Node): void => void (writes(node) ? writers : plain).push(node);
  for (const node of nodes) if (missing.get(node)!.size === 0) ready(node);
  for (let node = plain.shift() ?? writers.shift(); node !== undefined; node = plain.shift() ?? writers.shift()) {
    order.push(node);
    for (const reader of readers.get(node) ?? []) {
      missing.get(reader)!.delete(node);
      if (missing.get(reader)!.size === 0) ready(reader);
    }
  }
  return order;
}

class Survey {
  scratchBytes = 0;
  readonly constants: Value[] = [];
  #instructions = 0;
  readonly #owners: Owner[] = [];

  #count(instructions: number): void {
    this.#instructions += instructions;
    if (this.#instructions > mostInstructions) throw new TooLarge();
  }

  #demand(holds: boolean): void {
    if (!holds) throw new TooLarge();
  }

  control(node: Node, operands: readonly Lies[], outermost: boolean): Lies[] {
    const { op, inputs, attrs, outputs } = node;
    if (op.name === 'switch') return this.#switch(node, operands);
    const whole = op.name === 'while_loop' ? whileOf(inputs, attrs) : null;
    const given = whole === null ? null : whileOf(operands, attrs);
    const loop = whole?.loop ?? scanOf(inputs, attrs);
    const lies = given?.loop ?? scanOf(operands, attrs);
    const { body, init, xs, length } = loop;
    const carried = init.map(({ aval }, k) => this.#carried(aval, lies.init[k], outermost));
    if (whole !== null) this.#graph(whole.condition, [...given!.conditionConsts, ...carried]);
    const elements = xs.map(({ aval }, k): Lies => {
      if (aval.stacked !== true && !outermost && !isWholeMemory(lies.xs[k], aval)) {
        this.#demand(isTiny(aval));
        this.scratchBytes += roomOf(aval, 1);
      }
      return { memory: true, view: wholeView(aval.stacked === true ? aval.shape : aval.shape.slice(1)) };
    });
    const turn: Lies = { memory: false, view: wholeView([]) };
    const results = this.#graph(body, [turn, ...lies.consts, ...carried, ...elements]);
    const after = carried.map((before, k): Lies => {
      if (before.owner === undefined) return before;
      this.#demand(isAllOf(results[k], before.owner, init[k].aval));
      return results[k];
    });
    for (const { aval } of body.outputs.slice(init.length)) {
      this.#demand(isTiny(aval));
      if (length !== null && !outermost) this.scratchBytes += roomOf(aval, length);
    }
    const ys = outputs.slice(init.length);
    return [...after, ...ys.map(({ aval }) => ({ memory: length !== null, view: wholeView(aval.shape) }))];
  }

  /** How turns have what they carry. */
  #carried(aval: Aval, from: Lies, outermost: boolean): Lies {
    const view = wholeView(aval.shape);
    if (isTiny(aval)) return { memory: false, view };
    this.#demand(sizeOf(aval.shape) > 0 && from.memory && isAll(from.view, aval));
    if (from.owner !== undefined && from.version === from.owner.version) {
      // What turns write is no more what it was, for who else reads it.
      from.owner.version++;
      return { ...from, version: from.owner.version };
    }
    this.#read(from);
    if (!outermost) this.scratchBytes += roomOf(aval, 1);
    const owner = new Owner();
    this.#owners.push(owner);
    return { memory: true, view, owner, version: 0 };
  }

  #switch({ attrs, outputs }: Node, operands: readonly Lies[]): Lies[] {
    const before = this.#owners.map((owner) => owner.version);
    const most = [...before];
    const restore = (versions: readonly number[]): void =>
      versions.forEach((version, i) => (this.#owners[i].version = version));
    let results: Lies[] | null = null;
    for (const graph of branchesOf(attrs)) {
      restore(before);
      const own = this.#graph(graph, operands.slice(1));
      outputs.forEach(({ aval }, k) => {
        if (isTiny(aval)) return;
        const { owner } = own[k];
        this.#demand(owner !== undefined && isAllOf(own[k], owner, aval));
        this.#demand(results === null || results[k].owner === owner);
      });
      results ??= own;
      most.forEach((version, i) => (most[i] = Math.max(version, this.#owners[i].version)));
    }
    // Written by one branch is written.
    restore(most);
    return outputs.map(({ aval }, k) => {
      const view = wholeView(aval.shape);
      if (isTiny(aval)) return { memory: false, view };
      const { owner } = results![k];
      return { memory: true, view, owner, version: owner!.version };
    });
  }

  /** What is read must still be there. */
  #read({ owner, version }: Lies): void {
    this.#demand(owner === undefined || owner.version === version);
  }

  #graph({ inputs, nodes, outputs }: Graph, given: readonly Lies[]): Lies[] {
    const lies = new Map<Value, Lies>(inputs.map(({ value }, i) => [value, given[i]]));
    for (const node of inOrder({ inputs, nodes, outputs })) this.#node(node, lies);
    this.#count(outputs.reduce((n, { aval }) => n + (isTiny(aval) ? sizeOf(aval.shape) : 0), 0));
    return outputs.map((y) => lies.get(y)!);
  }

  #node(node: Node, lies: Map<Value, Lies>): void {
    const { op, inputs, outputs, attrs } = node;
    const primitive = op.primitive!;
    const [output] = outputs;
    const here = (y: Value): void => void lies.set(y, { memory: false, view: wholeView(y.aval.shape) });
    if (primitive.constant !== undefined) {
      if (isTiny(output.aval)) return here(output);
      this.#demand(sizeOf(output.aval.shape) > 0);
      this.constants.push(output);
      lies.set(output, { memory: true, view: wholeView(output.aval.shape) });
      return;
    }
    if (primitive.view !== undefined) {
      const x = lies.get(inputs[0])!;
      const seen = primitive.view(x.view, attrs, output.aval);
      if (x.owner !== undefined && isTiny(output.aval)) {
        // Read now, before it is written over.
        this.#read(x);
        this.#demand(seen !== null);
        here(output);
      } else if (seen !== null) lies.set(output, { ...x, view: seen });
      else {
        // The elements are put in order first.
        this.#demand(isTiny(inputs[0].aval));
        here(output);
      }
      return;
    }
    if (subgraphsOf(attrs).length > 0) {
      const given = inputs.map((x) => lies.get(x)!);
      this.control(node, given, false).forEach((y, k) => lies.set(outputs[k], y));
      return;
    }
    for (const x of inputs) this.#read(lies.get(x)!);
    const [x] = inputs;
    const { owner } = lies.get(x) ?? {};
    if (owner !== undefined && !isTiny(output.aval)) {
      this.#count(this.#writesOf(node));
      owner.version++;
      lies.set(output, { ...lies.get(x)!, version: owner.version });
      return;
    }
    if (x !== undefined && !isTiny(x.aval)) this.#demand(lies.get(x)!.memory || sizeOf(x.aval.shape) <= mostJoined);
    this.#demand(outputs.length === 1 && isTiny(output.aval) && inputs.every((x) => sizeOf(x.aval.shape) > 0));
    this.#count(this.#instructionsOf(node));
    here(output);
  }

  /** Instructions of a node that writes over some elements of an array in memory. */
  #writesOf({ op, inputs, outputs, attrs }: Node): number {
    const avals = inputs.map((x) => x.aval);
    const request = op.primitive!.kernel?.(
      avals,
      outputs.map((y) => y.aval),
      attrs,
    );
    this.#demand(request?.kind === 'scatter' && avals.slice(1).every(isTiny) && avals[1].dtype === 'int64');
    return 6 * sizeOf(avals[2].shape) + 6 * sizeOf(avals[1].shape);
  }

  #instructionsOf(node: Node): number {
    const { op, inputs, attrs } = node;
    const [output] = node.outputs;
    const primitive = op.primitive!;
    const avals = inputs.map((x) => x.aval);
    const sizes = avals.map(({ shape }) => sizeOf(shape));
    const size = sizeOf(output.aval.shape);
    const flops = primitive.flops?.(avals, [output.aval], attrs) ?? size;
    if (primitive.reduces !== undefined) {
      this.#demand(sizes[0] <= mostJoined);
      return sizes[0];
    }
    if (isMap(node)) return Math.max(size, flops);
    if (primitive.contraction !== undefined && isFloat(output.aval.dtype)) {
      this.#demand(flops / 2 <= mostProducts);
      return flops;
    }
    const request = primitive.kernel?.(avals, [output.aval], attrs);
    switch (request?.kind) {
      case 'copy':
        return sizes.reduce((n, k) => n + k, size);
      case 'gather':
        this.#demand(sizes[1] <= mostElements && avals[1].dtype === 'int64');
        if (isKnown(inputs[1])) return size;
        return isTiny(avals[0]) ? size * request.size : 2 * size;
      case 'scatter':
        this.#demand(sizes[1] <= mostElements && sizes[2] <= mostElements && avals[1].dtype === 'int64');
        return isKnown(inputs[1]) ? sizes[2] : sizes[2] * request.size;
      case 'normalize_index':
        this.#demand(output.aval.dtype === 'int64' && request.mode !== 'wrap');
        return 6 * size;
      case 'scan':
        this.#demand(itemBytes(output.aval.dtype) > 1);
        return 2 * size;
      case 'argextremum':
        this.#demand(itemBytes(avals[0].dtype) > 1 && !request.running && sizes[0] <= mostJoined);
        return 6 * sizes[0];
      default:
        throw new TooLarge();
    }
  }
}

/** Whether indices are constants: then it is known which elements they name. */
const isKnown = ({ node }: Value): boolean => node?.op.primitive!.constant !== undefined;

/** Whether turns can read elements of an array where it lies. */
const isWholeMemory = ({ memory, view }: Lies, { shape }: Aval): boolean => {
  const whole = wholeView(shape);
  return memory && view.strides.every((s, i) => shape[i] === 1 || s === whole.strides[i]);
};

const isAll = (view: View, { shape }: Aval): boolean =>
  view.offset === 0 && isWholeMemory({ memory: true, view }, { dtype: 'bool', shape });

/** Whether a value is what an array that is written over is now. */
const isAllOf = ({ owner, version, view }: Lies, of: Owner, aval: Aval): boolean =>
  owner === of && version === of.version && isAll(view, aval);
