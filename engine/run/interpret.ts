// The reference interpreter: slow and obvious, the meaning of every graph.

import { EngineError, located } from '../errors.ts';
import type { Graph, Node, Value } from '../ir/graph.ts';
import { describeNode } from '../ir/graph.ts';
import type { Tensor } from '../ir/tensor.ts';
import type { Run } from '../op.ts';

/** Called after each node with what it read and made. */
export type Observer = (node: Node, inputs: readonly Tensor[], outputs: readonly Tensor[]) => void;

/** Turns of loops whose number depends on data. */
export interface Turns {
  /** How many have been made, in all loops. */
  made: number;
  /** How many one loop may make. */
  readonly most: number;
}

/** What one loop has done too much of. */
export const tooManyTurns = (most: number): EngineError =>
  new EngineError('E_LIMIT', {
    pointer: '',
    message: `A while_loop has made ${most} turns, which is the limit, and its condition still holds.`,
    hint: 'Does what the condition reads change from turn to turn?',
  });

/**
 * Runs a graph on tensors in the order of its inputs. A value is dropped after its last use. What is observed includes the
 * nodes of bodies, each before the loop or branch that it is part of.
 */
export function interpret(
  graph: Graph,
  inputs: readonly Tensor[],
  observe?: Observer,
  turns: Turns = { made: 0, most: Infinity },
): Tensor[] {
  const run: Run = {
    graph: (body, given) => interpret(body, given, observe, turns),
    turn(made) {
      turns.made++;
      run.bound(made);
    },
    turns: () => turns.made,
    bound(made) {
      if (made > turns.most) throw tooManyTurns(turns.most);
    },
  };
  const memory = new Map<Value, Tensor>();
  graph.inputs.forEach((input, i) => memory.set(input.value, inputs[i]));
  const lastUse = lastUses(graph);
  graph.nodes.forEach((node, at) => {
    const operands = node.inputs.map((x) => memory.get(x)!);
    const result = evaluateNode(node, operands, run);
    node.outputs.forEach((y, i) => memory.set(y, result[i]));
    observe?.(node, operands, result);
    for (const x of [...node.inputs, ...node.outputs]) if ((lastUse.get(x) ?? -1) <= at) memory.delete(x);
  });
  return graph.outputs.map((y) => memory.get(y)!);
}

/** One node's outputs; a mistake in its values is told with its place. */
export const evaluateNode = (node: Node, operands: readonly Tensor[], run = unlimited): readonly Tensor[] =>
  located(node.origin?.place, () => evaluate(node, operands, run));

/** What runs sub-graphs in some way, with as many turns as there are. */
export const freely = (graph: Run['graph']): Run => ({ graph, turn: () => {}, turns: () => 0, bound: () => {} });
const unlimited = freely((body, given) => interpret(body, given));

function evaluate(node: Node, operands: readonly Tensor[], run: Run): readonly Tensor[] {
  try {
    const result = node.op.primitive!.eval(
      operands,
      node.attrs,
      node.outputs.map((y) => y.aval),
      run,
    );
    return Array.isArray(result) ? result : [result as Tensor];
  } catch (error) {
    if (error instanceof EngineError && node.origin?.label !== undefined) {
      throw new EngineError(
        error.code,
        error.issues.map((i) => ({ ...i, message: `${describeNode(node)}: ${i.message}` })),
      );
    }
    throw error;
  }
}

/** The index of the last node that reads each value; outputs live to the end. */
export function lastUses(graph: Graph): ReadonlyMap<Value, number> {
  const known = uses.get(graph);
  if (known !== undefined) return known;
  const last = new Map<Value, number>();
  graph.nodes.forEach((node, at) => {
    for (const x of node.inputs) last.set(x, at);
  });
  for (const y of graph.outputs) last.set(y, Infinity);
  uses.set(graph, last);
  return last;
}

/** A kept plan runs many times: its uses are found once. */
const uses = new WeakMap<Graph, ReadonlyMap<Value, number>>();
