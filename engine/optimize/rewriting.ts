// Graphs changed without a builder: nodes in place of others, with values of their own.

import type { Graph, Node, Value } from '../ir/graph.ts';
import type { Attrs } from '../op.ts';

/** A node in place of another, with its own values. */
export function makeNode(like: Node, inputs: readonly Value[], attrs: Attrs): Node {
  const { op, origin } = like;
  const inferred = op.primitive!.infer(
    inputs.map((x) => x.aval),
    attrs,
  );
  const outputs: Value[] = [];
  const node: Node = { op, inputs, attrs, outputs, origin };
  const id = like.outputs[0]?.id ?? 0;
  (Array.isArray(inferred) ? inferred : [inferred]).forEach((aval, index) => outputs.push({ id, aval, node, index }));
  return node;
}

export type Rule = (node: Node, inputs: readonly Value[]) => readonly (Value | undefined)[] | null;

/** Each node's outputs as the rule gives them (undefined for what nothing reads), or the node on what its inputs are now. */
export function mapNodes(graph: Graph, rule: Rule): Graph {
  const values = new Map<Value, Value>();
  const now = (x: Value): Value => values.get(x) ?? x;
  for (const node of graph.nodes) {
    const inputs = node.inputs.map(now);
    const outputs = rule(node, inputs);
    const same = inputs.every((x, i) => x === node.inputs[i]);
    if (outputs === null && same) continue;
    const made = outputs ?? copyOf(node, inputs).outputs;
    node.outputs.forEach((y, i) => {
      const image = made[i];
      if (image !== undefined) values.set(y, image);
    });
  }
  return sorted(graph.inputs, graph.outputs.map(now));
}

export function copyOf(node: Node, inputs: readonly Value[]): Node {
  const outputs: Value[] = [];
  const copy: Node = { ...node, inputs, outputs };
  node.outputs.forEach(({ id, aval }, index) => outputs.push({ id, aval, node: copy, index }));
  return copy;
}

/** The graph of some outputs, each node after what it needs. Iterative: a chain may be very long. */
export function sorted(inputs: Graph['inputs'], outputs: readonly Value[]): Graph {
  const known = new Set<Value>(inputs.map((input) => input.value));
  const order: Node[] = [];
  const state = new Map<Node, 'open' | 'done'>();
  const stack = outputs.flatMap((y) => y.node ?? []).reverse();
  while (stack.length > 0) {
    const node = stack[stack.length - 1];
    if (state.get(node) === 'open') {
      state.set(node, 'done');
      order.push(node);
    }
    if (state.has(node)) {
      stack.pop();
      continue;
    }
    state.set(node, 'open');
    for (let i = node.inputs.length - 1; i >= 0; i--) {
      const x = node.inputs[i];
      if (x.node !== undefined && !known.has(x) && !state.has(x.node)) stack.push(x.node);
    }
  }
  return { inputs, nodes: order, outputs };
}
