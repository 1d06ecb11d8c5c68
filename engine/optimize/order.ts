// The order of a graph's nodes: what only a later node needs is computed there, where that keeps less in memory meanwhile.

import { bytesOfAval } from '../ir/aval.ts';
import type { Graph, Node, Value } from '../ir/graph.ts';

/** How far back a chain of nodes is followed that would move together. */
const reach = 6;

/**
 * The graph with nodes moved to where they are first needed. Forward and backward of a computation lie far apart, and
 * between them lie the factors of all derivatives: each is moved next to the product that it is for, where what it is made of
 * is still there then. A move costs the bytes that are kept longer for it, times for how long, and gains those of the
 * result; it is made where it gains twice what it costs.
 */
export function order(graph: Graph): Graph {
  const { nodes } = graph;
  const rootOf = rootsOf(graph);
  const end = nodes.length;
  const index = new Map(nodes.map((node, i) => [node, i]));
  const pinned = new Set<Value>(graph.inputs.map((input) => input.value));
  for (const { op, outputs } of nodes) if (op.primitive!.constant !== undefined) outputs.forEach((y) => pinned.add(y));

  /** Where each node goes: before the node at that place. */
  const goes = nodes.map((_node, i) => i);
  /** Nodes that go before the one at a place, in their order. */
  const moved = new Map<number, Node[]>();
  /** From where and until when each value is needed, as far as is known: all nodes behind the one at hand are settled. */
  const first = new Map<Value, number>();
  const last = new Map<Value, number>();
  const uses = new Map<Value, number>();
  for (const node of nodes) for (const x of new Set(node.inputs)) uses.set(x, (uses.get(x) ?? 0) + 1);
  const need = (x: Value, at: number): void => {
    const root = rootOf(x);
    first.set(x, Math.min(first.get(x) ?? end, at));
    last.set(root, Math.max(last.get(root) ?? -1, at));
  };
  for (const y of graph.outputs) {
    need(y, end);
    uses.set(y, Infinity);
  }

  /** What it costs to have x at `to`, which is there until `from` as it is. */
  const costOf = (x: Value, from: number, to: number, depth: number): number => {
    const root = rootOf(x);
    if (pinned.has(root)) return 0;
    const until = Math.max(from, last.get(root) ?? -1);
    if (until >= to) return 0;
    const kept = bytesOfAval(root.aval) * (to - until);
    const maker = x.node!;
    if (depth === 0 || uses.get(x) !== 1) return kept;
    return Math.min(kept, costOfOperands(maker, index.get(maker)!, to, depth - 1));
  };
  const costOfOperands = (node: Node, from: number, to: number, depth: number): number => {
    let cost = 0;
    for (const x of new Set(node.inputs)) cost += costOf(x, from, to, depth);
    return cost;
  };

  for (let i = end - 1; i >= 0; i--) {
    const node = nodes[i];
    const to = Math.min(...node.outputs.map((y) => first.get(y) ?? end));
    if (to > i + 1 && node.op.primitive!.constant === undefined && (to < end || isView(node))) {
      const gain = node.outputs.reduce((n, y) => n + bytesOfAval(y.aval), 0) * (to - i);
      const cost = isView(node) ? 0 : costOfOperands(node, i, to, reach);
      if (cost <= (isMap(node) ? gain : gain / 2)) {
        goes[i] = to;
        const list = moved.get(to);
        if (list === undefined) moved.set(to, [node]);
        else list.push(node);
      }
    }
    for (const x of node.inputs) need(x, goes[i]);
  }
  if (moved.size === 0) return graph;
  const ordered = [...nodes, undefined].flatMap((node, i) => {
    const before = moved.get(i)?.reverse() ?? [];
    return node === undefined || goes[i] !== i ? before : [...before, node];
  });
  return { ...graph, nodes: ordered };
}

/** Whether a node computes element by element, so that it may be part of the loop that it is moved to. */
const isMap = ({ op }: Node): boolean => op.primitive!.lower !== undefined || op.primitive!.converts === true;
const isView = ({ op }: Node): boolean => op.primitive!.view !== undefined;

/** The value with memory of its own that each value is, or is a view of. */
export function rootsOf({ nodes }: Graph): (value: Value) => Value {
  const roots = new Map<Value, Value>();
  const rootOf = (value: Value): Value => roots.get(value) ?? value;
  for (const node of nodes) if (isView(node)) roots.set(node.outputs[0], rootOf(node.inputs[0]));
  return rootOf;
}
