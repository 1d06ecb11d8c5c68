// Which loops and branches are straight code: their arrays are a few numbers each, which then have no need of memory.

import { bytesOfAval, isFloat, sizeOf } from '../ir/aval.ts';
import type { Aval } from '../ir/aval.ts';
import type { Graph, Node, Value } from '../ir/graph.ts';
import type { View } from '../ir/view.ts';
import { wholeView } from '../ir/view.ts';
import { branchesOf } from '../families/branches.ts';
import { subgraphsOf } from '../families/bodies.ts';
import { scanOf, whileOf } from '../families/loops.ts';
import { isMap } from './fuse.ts';

/** What straight code asks for. */
export interface Unrolled {
  /** Bytes where inner loops keep what their turns read and give. */
  readonly scratchBytes: number;
  /** Constants that it reads from memory. */
  readonly constants: readonly Value[];
}

/** Elements of an array that is held in registers. */
export const mostElements = 16;
/** Elements that one reduction joins, and products that one contraction sums. */
const [mostJoined, mostProducts] = [64, 160];
/** Instructions of one loop or branch, about. */
const mostInstructions = 4000;

/** Whether an array's elements are held one by one. */
export const isTiny = ({ shape, stacked }: Aval): boolean => {
  const size = sizeOf(shape);
  return stacked !== true && size >= 1 && size <= mostElements;
};

/** Where a value is: its elements in registers, or in memory; and which of them it is. */
interface Lies {
  readonly memory: boolean;
  readonly view: View;
}

class TooLarge extends Error {}

/** What a loop or a branch asks for as straight code; null where it is none. */
export function unroll(node: Node): Unrolled | null {
  const survey = new Survey();
  try {
    const lies = node.inputs.map(({ aval }): Lies => ({ memory: true, view: wholeView(aval.shape) }));
    survey.control(node, lies, true);
  } catch (error) {
    if (error instanceof TooLarge) return null;
    throw error;
  }
  return { scratchBytes: survey.scratchBytes, constants: survey.constants };
}

/** Bytes of an array in scratch. */
export const roomOf = (aval: Aval, length: number): number => Math.ceil((length * bytesOfAval(aval)) / 16) * 16;

class Survey {
  scratchBytes = 0;
  readonly constants: Value[] = [];
  #instructions = 0;

  #count(instructions: number): void {
    this.#instructions += instructions;
    if (this.#instructions > mostInstructions) throw new TooLarge();
  }

  #demand(holds: boolean): void {
    if (!holds) throw new TooLarge();
  }

  control(node: Node, operands: readonly Lies[], outermost: boolean): void {
    const { op, inputs, attrs, outputs } = node;
    if (op.name === 'switch') {
      this.#demand(outputs.every(({ aval }) => isTiny(aval)));
      for (const graph of branchesOf(attrs)) this.#graph(graph, operands.slice(1));
      return;
    }
    const whole = op.name === 'while_loop' ? whileOf(inputs, attrs) : null;
    const given = whole === null ? null : whileOf(operands, attrs);
    const loop = whole?.loop ?? scanOf(inputs, attrs);
    const lies = given?.loop ?? scanOf(operands, attrs);
    const { body, init, xs, length } = loop;
    this.#demand(init.every(({ aval }) => isTiny(aval)));
    const carried = init.map(({ aval }): Lies => ({ memory: false, view: wholeView(aval.shape) }));
    if (whole !== null) this.#graph(whole.condition, [...given!.conditionConsts, ...carried]);
    const elements = xs.map(({ aval }, k): Lies => {
      if (aval.stacked !== true && !outermost && !isWholeMemory(lies.xs[k], aval)) {
        this.#demand(isTiny(aval));
        this.scratchBytes += roomOf(aval, 1);
      }
      return { memory: true, view: wholeView(aval.stacked === true ? aval.shape : aval.shape.slice(1)) };
    });
    const turn: Lies = { memory: false, view: wholeView([]) };
    this.#graph(body, [turn, ...lies.consts, ...carried, ...elements]);
    for (const { aval } of body.outputs.slice(init.length)) {
      this.#demand(isTiny(aval));
      if (length !== null && !outermost) this.scratchBytes += roomOf(aval, length);
    }
  }

  #graph({ inputs, nodes, outputs }: Graph, given: readonly Lies[]): void {
    const lies = new Map<Value, Lies>(inputs.map(({ value }, i) => [value, given[i]]));
    for (const node of nodes) this.#node(node, lies);
    this.#count(outputs.reduce((n, { aval }) => n + (isTiny(aval) ? sizeOf(aval.shape) : 0), 0));
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
      const { memory, view } = lies.get(inputs[0])!;
      const seen = primitive.view(view, attrs, output.aval);
      if (seen !== null) lies.set(output, { memory, view: seen });
      else {
        // The elements are put in order first.
        this.#demand(isTiny(inputs[0].aval));
        here(output);
      }
      return;
    }
    if (subgraphsOf(attrs).length > 0) {
      this.control(
        node,
        inputs.map((x) => lies.get(x)!),
        false,
      );
      const length = op.name === 'scan' ? scanOf(inputs, attrs).length : null;
      const carries = op.name === 'scan' ? (attrs['carry'] as number) : Infinity;
      outputs.forEach((y, k) =>
        lies.set(y, { memory: length !== null && k >= carries, view: wholeView(y.aval.shape) }),
      );
      return;
    }
    this.#demand(outputs.length === 1 && isTiny(output.aval) && inputs.every((x) => sizeOf(x.aval.shape) > 0));
    this.#count(this.#instructionsOf(node));
    here(output);
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
        return isTiny(avals[0]) ? size * request.size : 2 * size;
      case 'scatter':
        this.#demand(sizes[1] <= mostElements && sizes[2] <= mostElements && avals[1].dtype === 'int64');
        return sizes[2] * request.size;
      case 'normalize_index':
        this.#demand(output.aval.dtype === 'int64' && request.mode !== 'wrap');
        return 6 * size;
      default:
        throw new TooLarge();
    }
  }
}

/** Whether turns can read elements of an array where it lies. */
const isWholeMemory = ({ memory, view }: Lies, { shape }: Aval): boolean => {
  const whole = wholeView(shape);
  return memory && view.strides.every((s, i) => shape[i] === 1 || s === whole.strides[i]);
};
