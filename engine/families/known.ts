// Values that are known while the graph is built, because nothing they are computed from is an input.

import type { Node, Value } from '../ir/graph.ts';
import { reachable } from '../ir/graph.ts';
import { sizeOf } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Tensor } from '../ir/tensor.ts';
import { subgraphsOf } from './bodies.ts';

/** What may be worked out while building: larger tensors are left to the run. */
const maxElements = 1 << 22;

const constant = new WeakMap<Node, boolean>();

/** Whether a node depends on constants alone. Iterative: a chain may be very long. */
function isConstant(root: Node): boolean {
  const stack = [root];
  while (stack.length > 0) {
    const node = stack[stack.length - 1];
    if (!constant.has(node)) {
      const sources = node.inputs.map((x) => x.node);
      const open = sources.filter((n) => n !== undefined && !constant.has(n)) as Node[];
      const never =
        subgraphsOf(node.attrs).length > 0 || sources.some((n) => n === undefined || constant.get(n) === false);
      if (!never && open.length > 0) {
        stack.push(...open);
        continue;
      }
      constant.set(node, !never && node.outputs.every((y) => sizeOf(y.aval.shape) <= maxElements));
    }
    stack.pop();
  }
  return constant.get(root)!;
}

/** The tensor that a value is whatever the inputs are, or null where it depends on one (or is very large). */
export function knownTensor(value: Value): Tensor | null {
  if (value.node === undefined || !isConstant(value.node)) return null;
  const memory = new Map<Value, Tensor>();
  for (const node of reachable([value])) {
    const result = node.op.primitive!.eval(
      node.inputs.map((x) => memory.get(x)!),
      node.attrs,
      node.outputs.map((y) => y.aval),
    );
    const list = Array.isArray(result) ? (result as readonly Tensor[]) : [result as Tensor];
    node.outputs.forEach((y, i) => memory.set(y, list[i]));
  }
  return memory.get(value)!;
}

/** The value as one constant where it is known: what is wrong with an index is then said before anything runs. */
export function folded(b: Builder, value: Value): Value {
  if (value.node?.op.name === 'constant') return value;
  const tensor = knownTensor(value);
  return tensor === null ? value : b.constant(tensor);
}
