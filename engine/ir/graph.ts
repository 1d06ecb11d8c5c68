// The intermediate representation: a typed SSA graph of values with static shapes.

import type { Place } from '../errors.ts';
import type { Attrs, Op } from '../op.ts';
import type { Aval } from './aval.ts';

/** One value: the result `index` of a node, or a graph input where `node` is absent. */
export interface Value {
  /** Grows with creation, so a node's inputs always have smaller ids than its outputs. */
  readonly id: number;
  readonly aval: Aval;
  readonly node: Node | undefined;
  readonly index: number;
}

/** One application of a primitive op. */
export interface Node {
  readonly op: Op;
  readonly inputs: readonly Value[];
  readonly attrs: Attrs;
  readonly outputs: readonly Value[];
  readonly origin: Origin | undefined;
}

/** Where a node came from in what the user wrote. */
export interface Origin {
  readonly place?: Place;
  /** The op as the user wrote it (a composite stays one name however many primitives it became). */
  readonly op: string;
  /** The name the user gave the result, once it is known. */
  label?: string;
}

export interface GraphInput {
  readonly name: string;
  readonly value: Value;
}

/** A closed graph: every node that the outputs need, each after its inputs. */
export interface Graph {
  readonly inputs: readonly GraphInput[];
  readonly nodes: readonly Node[];
  readonly outputs: readonly Value[];
}

/** The nodes that `outputs` need, each after those it needs itself. Iterative: a chain may be very long. */
export function reachable(outputs: readonly Value[]): Node[] {
  const seen = new Set<Node>();
  const stack = outputs.flatMap((v) => v.node ?? []);
  while (stack.length > 0) {
    const node = stack.pop()!;
    if (seen.has(node)) continue;
    seen.add(node);
    for (const input of node.inputs) if (input.node !== undefined && !seen.has(input.node)) stack.push(input.node);
  }
  return [...seen].sort((a, b) => a.outputs[0].id - b.outputs[0].id);
}

/** Closes a graph over its inputs: dead code stays out. */
export const closeGraph = (inputs: readonly GraphInput[], outputs: readonly Value[]): Graph => ({
  inputs,
  nodes: reachable(outputs),
  outputs,
});

/** How a message names the node: the user's own name for it where there is one. */
export function describeNode(node: Node): string {
  const { origin } = node;
  const op = origin?.op ?? node.op.name;
  if (origin?.label !== undefined) return `"${origin.label}" (${op})`;
  if (origin?.place?.line !== undefined) return `${op} at line ${origin.place.line}, column ${origin.place.column}`;
  return op;
}
