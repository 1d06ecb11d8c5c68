// Simplification: the same values from fewer and simpler nodes, bit for bit as the interpreter would give them.

import { mapSubgraphs, subgraphsOf } from '../families/bodies.ts';
import { sizeOf } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Graph, Node, Value } from '../ir/graph.ts';
import { closeGraph } from '../ir/graph.ts';
import { wholeView } from '../ir/view.ts';
import type { Tensor } from '../ir/tensor.ts';
import type { Attrs } from '../op.ts';

/** Tensors of more elements are not computed while compiling. */
const mostFolded = 4096;

/**
 * The graph anew on empty builders: what an op can say in simpler primitives is said so (`expand`), what is known is
 * computed, equal nodes are one, and what no output needs is gone.
 */
export function simplify(graph: Graph, builder: () => Builder): Graph {
  const uses = usesOf(graph);
  const expanded = rewrite(graph, builder(), (b, node, inputs, now) => {
    const turned = uses.get(node.inputs[0]) === 1 ? turnedContraction(node) : null;
    const plain = turned === null ? { ...node, inputs } : { ...turned, inputs: turned.inputs.map(now) };
    const value = plain.op.primitive!.expand?.(b, plain.inputs, plain.attrs) ?? null;
    if (value !== null) return [value];
    return turned === null ? null : b.emit(plain.op, plain.inputs, plain.attrs);
  });
  const known = new Map<string, readonly Value[]>();
  return rewrite(expanded, builder(), (b, node, inputs) => {
    const { op, attrs } = node;
    if (subgraphsOf(attrs).length > 0) {
      return b.emit(
        op,
        inputs,
        mapSubgraphs(attrs, (body) => simplify(body, builder)),
      );
    }
    const folded = foldable(node, inputs);
    if (folded !== null) return folded.map((tensor) => constantOf(b, known, tensor));
    if (op.primitive!.constant !== undefined) return [constantOf(b, known, op.primitive!.constant(attrs))];
    const key = keyOf(op.name, inputs, attrs);
    if (key === null) return null;
    const outputs = known.get(key) ?? b.emit(op, inputs, attrs);
    known.set(key, outputs);
    return outputs;
  });
}

/** The graph on another builder, each node as the rule gives it, or as it was where the rule gives null. */
function rewrite(
  graph: Graph,
  b: Builder,
  rule: (b: Builder, node: Node, inputs: readonly Value[], now: (x: Value) => Value) => readonly Value[] | null,
): Graph {
  const values = new Map<Value, Value>();
  const now = (x: Value): Value => values.get(x)!;
  for (const { name, value } of graph.inputs) values.set(value, b.input(name, value.aval));
  for (const node of graph.nodes) {
    const inputs = node.inputs.map(now);
    const outputs = b.attributed(node.origin, () => rule(b, node, inputs, now) ?? b.emit(node.op, inputs, node.attrs));
    node.outputs.forEach((y, i) => values.set(y, outputs[i]));
  }
  return closeGraph(
    b.inputs,
    graph.outputs.map((y) => values.get(y)!),
  );
}

function usesOf(graph: Graph): ReadonlyMap<Value, number> {
  const uses = new Map<Value, number>();
  const count = (x: Value): void => void uses.set(x, (uses.get(x) ?? 0) + 1);
  for (const node of graph.nodes) node.inputs.forEach(count);
  graph.outputs.forEach(count);
  return uses;
}

/**
 * A view that puts a contraction's free axes of y before those of x is the contraction of y and x: the same products,
 * written where they are wanted. Gradients of weights come so.
 */
function turnedContraction(node: Node): Pick<Node, 'op' | 'inputs' | 'attrs'> | null {
  const from = node.inputs[0]?.node;
  const { contraction } = from?.op.primitive ?? {};
  if (from === undefined || contraction === undefined || node.op.primitive!.view === undefined) return null;
  const { contract, batch } = contraction(from.attrs);
  const [product] = from.outputs;
  const whole = wholeView(product.aval.shape);
  const n = batch[0].length;
  const split = from.inputs[0].aval.shape.length - contract[0].length;
  const order = whole.shape.map((_d, i) => i);
  const axes = [...order.slice(0, n), ...order.slice(split), ...order.slice(n, split)];
  const view = node.op.primitive!.view(whole, node.attrs, node.outputs[0].aval);
  const same = (list: readonly number[], other: readonly number[]): boolean =>
    list.join() === axes.map((a) => other[a]).join();
  if (view === null || !same(view.shape, whole.shape) || !same(view.strides, whole.strides)) return null;
  const turn = <T>([x, y]: readonly [T, T]): [T, T] => [y, x];
  return {
    op: from.op,
    inputs: [from.inputs[1], from.inputs[0]],
    attrs: { ...from.attrs, contract: turn(contract), batch: turn(batch) },
  };
}

/** One node for one scalar constant. */
function constantOf(b: Builder, known: Map<string, readonly Value[]>, tensor: Tensor): Value {
  if (tensor.data.length !== 1) return b.constant(tensor);
  const [x] = tensor.data;
  const text = Object.is(x, -0) ? '-0' : x !== x ? bitsText(tensor) : String(x);
  const key = `constant ${tensor.dtype} ${tensor.shape.join()} ${text}`;
  const outputs = known.get(key) ?? [b.constant(tensor)];
  known.set(key, outputs);
  return outputs[0];
}

/** NaNs differ in their bits. */
const bitsText = ({ data }: Tensor): string =>
  new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength).join();

function keyOf(op: string, inputs: readonly Value[], attrs: Attrs): string | null {
  for (const value of Object.values(attrs)) {
    if (typeof value === 'object' && value !== null && ('tensor' in value || 'graph' in value)) return null;
  }
  const weak = inputs.map((x) => (x.aval.weak === true ? '~' : '')).join('');
  return `${op} ${inputs.map((x) => x.id).join()} ${weak} ${JSON.stringify(attrs)}`;
}

/** A small node's results where all of its operands are constants. */
function foldable({ op, attrs, outputs }: Node, inputs: readonly Value[]): readonly Tensor[] | null {
  if (inputs.length === 0) return null;
  const primitive = op.primitive!;
  // A view of a constant costs nothing, and as a tensor it would be read from memory.
  if (primitive.view !== undefined) return null;
  if (outputs.some((y) => sizeOf(y.aval.shape) > mostFolded)) return null;
  const tensors = inputs.map((x) => x.node?.op.primitive!.constant?.(x.node.attrs));
  if (!tensors.every((t) => t !== undefined)) return null;
  try {
    const result = primitive.eval(
      tensors,
      attrs,
      outputs.map((y) => y.aval),
    );
    return Array.isArray(result) ? (result as Tensor[]) : [result as Tensor];
  } catch {
    // A mistake in the request's constants is told when the node runs.
    return null;
  }
}
