// Batching: the same computation over a leading axis of some of its variables, vectorised op by op (vmap).

import type { Builder } from '../ir/builder.ts';
import type { Node, Value } from '../ir/graph.ts';
import { reachable } from '../ir/graph.ts';
import { repeatFirst } from '../families/batching.ts';

/**
 * `of` with each key of `mapped` replaced by its value, which has one more leading axis of `size`. Results have the
 * batch axis first; what does not depend on a mapped value is computed once and repeated.
 */
export function batch(b: Builder, of: readonly Value[], mapped: ReadonlyMap<Value, Value>, size: number): Value[] {
  const images = new Map<Value, Value>(mapped);
  for (const node of reachable(of)) {
    if (node.outputs.every((y) => images.has(y)) || !node.inputs.some((x) => images.has(x))) continue;
    batchNode(b, node, images, size);
  }
  return of.map((y) => images.get(y) ?? repeatFirst(b, y, size));
}

function batchNode(b: Builder, node: Node, images: Map<Value, Value>, size: number): void {
  const result = b.attributed(node.origin, () =>
    node.op.primitive!.batch(b, {
      inputs: node.inputs.map((x) => images.get(x) ?? x),
      mapped: node.inputs.map((x) => images.has(x)),
      attrs: node.attrs,
      size,
    }),
  );
  const outputs = Array.isArray(result) ? (result as readonly Value[]) : [result as Value];
  node.outputs.forEach((y, i) => {
    if (!images.has(y)) images.set(y, outputs[i]);
  });
}
