// The reference interpreter: slow and obvious, the meaning of every graph.

import { EngineError, located } from '../errors.ts';
import type { Graph, Node, Value } from '../ir/graph.ts';
import { describeNode } from '../ir/graph.ts';
import type { Tensor } from '../ir/tensor.ts';

/** Called after each node with what it read and made. */
export type Observer = (node: Node, inputs: readonly Tensor[], outputs: readonly Tensor[]) => void;

/** Runs a graph on tensors in the order of its inputs. A value is dropped after its last use. */
export function interpret(graph: Graph, inputs: readonly Tensor[], observe?: Observer): Tensor[] {
  const memory = new Map<Value, Tensor>();
  graph.inputs.forEach((input, i) => memory.set(input.value, inputs[i]));
  const lastUse = lastUses(graph);
  graph.nodes.forEach((node, at) => {
    const operands = node.inputs.map((x) => memory.get(x)!);
    const result = evaluateNode(node, operands);
    node.outputs.forEach((y, i) => memory.set(y, result[i]));
    observe?.(node, operands, result);
    for (const x of [...node.inputs, ...node.outputs]) if ((lastUse.get(x) ?? -1) <= at) memory.delete(x);
  });
  return graph.outputs.map((y) => memory.get(y)!);
}

/** One node's outputs; a mistake in its values is told with its place. */
export const evaluateNode = (node: Node, operands: readonly Tensor[]): readonly Tensor[] =>
  located(node.origin?.place, () => evaluate(node, operands));

function evaluate(node: Node, operands: readonly Tensor[]): readonly Tensor[] {
  try {
    const result = node.op.primitive!.eval(
      operands,
      node.attrs,
      node.outputs.map((y) => y.aval),
      interpret,
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
