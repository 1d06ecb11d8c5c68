// Bodies of loops and branches: what was traced is closed into a graph of its own, and what it needs becomes its inputs.

import type { Builder } from '../ir/builder.ts';
import type { Graph, Node, Value } from '../ir/graph.ts';
import { isFloat } from '../ir/aval.ts';
import type { AttrValue, Attrs, Body } from '../op.ts';

export interface Closing {
  /** The body's own variables, before and after what it captures. */
  readonly head: readonly Value[];
  readonly tail: readonly Value[];
  /** Variables that stand for values from outside. */
  readonly bound?: ReadonlyMap<Value, Value>;
  /** Whether what no variable decides may be computed outside, once: in a loop, not in a branch that may not be taken. */
  readonly hoist: boolean;
}

/** The body's graph. What it may have computed outside is added to the builder's nodes. */
export function closeBody(b: Builder, nodes: readonly Node[], outputs: readonly Value[], closing: Closing): Body {
  const { head, tail, bound, hoist } = closing;
  const needed = neededNodes(nodes, outputs);
  const inner = new Set<Value>([...head, ...tail]);
  // Constants, and what is known from them, are copied to wherever they are used.
  const known = new Set<Value>();
  const outer: Node[] = [];
  for (const node of needed) {
    const moves = hoist && !node.outputs.some((y) => y.aval.stacked === true);
    if (moves && node.inputs.every((x) => known.has(x))) for (const y of node.outputs) known.add(y);
    else if (moves && !node.inputs.some((x) => inner.has(x))) outer.push(node);
    else for (const y of node.outputs) inner.add(y);
  }

  const outside = new Map<Value, Value>(bound);
  const hoisted = new Set(outer);
  const knownOutside = closureOf(needed, outer, known);
  for (const node of needed) {
    if (!hoisted.has(node) && !knownOutside.has(node)) continue;
    const inputs = node.inputs.map((x) => outside.get(x) ?? x);
    const made = b.attributed(node.origin, () => b.emit(node.op, inputs, node.attrs));
    node.outputs.forEach((y, i) => outside.set(y, made[i]));
  }

  const inside = new Map<Value, Value>([...head, ...tail].map((x) => [x, x]));
  const captured = new Map<Value, Value>();
  const now = (x: Value): Value => {
    const seen = inside.get(x);
    if (seen !== undefined) return seen;
    const from = outside.get(x) ?? x;
    const variable = captured.get(from) ?? b.placeholder(from.aval);
    captured.set(from, variable);
    return variable;
  };
  const kept: Node[] = [];
  const staying = needed.filter((node) => inner.has(node.outputs[0]));
  const knownInside = closureOf(needed, staying, known, outputs);
  for (const node of needed) {
    if (!inner.has(node.outputs[0]) && !knownInside.has(node)) continue;
    const copy = b.detached(node, node.inputs.map(now));
    node.outputs.forEach((y, i) => inside.set(y, copy.outputs[i]));
    kept.push(copy);
  }
  const results = outputs.map(now);
  const inputs = [...head, ...captured.values(), ...tail];
  return {
    graph: { inputs: inputs.map((value, i) => ({ name: `x${i}`, value })), nodes: kept, outputs: results },
    captures: [...captured.keys()],
  };
}

/** Those of `nodes` that `outputs` need, in order. */
function neededNodes(nodes: readonly Node[], outputs: readonly Value[]): Node[] {
  const wanted = new Set<Value>(outputs);
  const needed: Node[] = [];
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i];
    if (!node.outputs.some((y) => wanted.has(y))) continue;
    needed.push(node);
    for (const x of node.inputs) wanted.add(x);
  }
  return needed.reverse();
}

/** The nodes of known values that some users, or outputs, need. */
function closureOf(
  nodes: readonly Node[],
  users: readonly Node[],
  known: ReadonlySet<Value>,
  outputs: readonly Value[] = [],
): ReadonlySet<Node> {
  const wanted = new Set<Value>([...users.flatMap((node) => node.inputs), ...outputs].filter((x) => known.has(x)));
  const found = new Set<Node>();
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i];
    if (!node.outputs.some((y) => wanted.has(y)) || !known.has(node.outputs[0])) continue;
    found.add(node);
    for (const x of node.inputs) wanted.add(x);
  }
  return found;
}

/** Whether tangents pass a node at all, whatever they are. */
const passes = (node: Node): boolean => node.op.differentiable === 'yes';

/** Which outputs of a body may have a tangent when some of its inputs have one. */
export function liveOutputs(graph: Graph, inputs: readonly boolean[]): boolean[] {
  const live = new Set<Value>();
  graph.inputs.forEach(({ value }, i) => {
    if (inputs[i] && isFloat(value.aval.dtype)) live.add(value);
  });
  for (const node of graph.nodes) {
    if (!passes(node) || !node.inputs.some((x) => live.has(x))) continue;
    for (const y of node.outputs) if (isFloat(y.aval.dtype)) live.add(y);
  }
  return graph.outputs.map((y) => live.has(y));
}

/** Which inputs of a body may get a cotangent when some of its outputs have one. */
export function liveInputs(graph: Graph, outputs: readonly boolean[]): boolean[] {
  const live = new Set<Value>(graph.outputs.filter((y, i) => outputs[i] && isFloat(y.aval.dtype)));
  for (let i = graph.nodes.length - 1; i >= 0; i--) {
    const node = graph.nodes[i];
    if (!node.outputs.some((y) => live.has(y))) continue;
    for (const x of node.inputs) if (isFloat(x.aval.dtype)) live.add(x);
  }
  return graph.inputs.map(({ value }) => live.has(value));
}

/** The positions where a flag is set. */
export const indicesOf = (flags: readonly boolean[]): number[] => flags.flatMap((flag, i) => (flag ? [i] : []));

/** Which inputs of a graph it reads. */
export function usedInputs({ inputs, nodes, outputs }: Graph): boolean[] {
  const used = new Set<Value>([...nodes.flatMap((node) => node.inputs), ...outputs]);
  return inputs.map(({ value }) => used.has(value));
}

/** The sub-graphs of a node's attributes. */
export const subgraphsOf = (attrs: Attrs): Graph[] =>
  Object.values(attrs).flatMap((value) =>
    (Array.isArray(value) ? (value as readonly AttrValue[]) : [value]).flatMap((entry) =>
      typeof entry === 'object' && entry !== null && 'graph' in entry ? [entry.graph] : [],
    ),
  );

/** The attributes with other sub-graphs. */
export function mapSubgraphs(attrs: Attrs, change: (graph: Graph) => Graph): Attrs {
  const changed = (value: AttrValue): AttrValue => {
    if (Array.isArray(value)) return value.map(changed);
    if (typeof value !== 'object' || value === null || !('graph' in value)) return value;
    return { graph: change((value as { graph: Graph }).graph) };
  };
  return Object.fromEntries(Object.entries(attrs).map(([key, value]) => [key, changed(value)]));
}
