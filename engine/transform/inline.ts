// A graph's nodes made anew on other inputs, and sums of tangents: what the transforms share.

import type { Builder } from '../ir/builder.ts';
import type { Graph, Value } from '../ir/graph.ts';
import { addStacked } from '../families/loops.ts';

/** The graph's nodes on `inputs`, in the order of its own: its outputs. */
export function inline(b: Builder, graph: Graph, inputs: readonly Value[]): Value[] {
  const now = new Map<Value, Value>();
  graph.inputs.forEach(({ value }, i) => now.set(value, inputs[i]));
  for (const node of graph.nodes) {
    const outputs = b.attributed(node.origin, () =>
      b.emit(
        node.op,
        node.inputs.map((x) => now.get(x)!),
        node.attrs,
      ),
    );
    node.outputs.forEach((y, i) => now.set(y, outputs[i]));
  }
  return graph.outputs.map((y) => now.get(y)!);
}

/** The sum of two tangents or cotangents of one value. */
export const addTangents = (b: Builder, x: Value, y: Value): Value =>
  x.aval.stacked === true ? addStacked(b, x, y) : b.add(x, y);
