// Simplification: the same values from fewer and simpler nodes, bit for bit as the interpreter would give them.

import { invariant } from '../errors.ts';
import { mapSubgraphs, subgraphsOf } from '../families/bodies.ts';
import type { Aval } from '../ir/aval.ts';
import { sameAval, sizeOf } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import { scalarConstant } from '../ir/builder.ts';
import type { Graph, Node, Value } from '../ir/graph.ts';
import { closeGraph } from '../ir/graph.ts';
import type { View } from '../ir/view.ts';
import { wholeView } from '../ir/view.ts';
import type { Tensor } from '../ir/tensor.ts';
import type { Attrs, Op } from '../op.ts';
import { tidyCaptures } from './captures.ts';
import { applyLaws } from './laws.ts';

/** Tensors of more elements are not computed while compiling. */
const mostFolded = 4096;

/**
 * The graph anew on empty builders: what an op can say in simpler primitives is said so (`expand`), what is known is
 * computed, the laws that ops declare are put to use, equal nodes and equal views are one, and what no output needs is gone.
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
  return rewrite(expanded, new Simplest(builder()).builder, (b, node, inputs) => {
    if (subgraphsOf(node.attrs).length === 0) return null;
    const tidied = tidyCaptures(node, inputs);
    return b.emit(
      node.op,
      tidied.inputs,
      mapSubgraphs(tidied.attrs, (body) => simplify(body, builder)),
    );
  });
}

/** A builder whose nodes are as simple as they can be: what is emitted may be there already, be known, or have a law. */
class Simplest {
  readonly builder: Builder;
  readonly #emit: Builder['emit'];
  readonly #known = new Map<string, readonly Value[]>();
  /** What each value is a view of. */
  readonly #views = new Map<Value, { readonly root: Value; readonly view: View }>();
  readonly #seen = new Map<string, Value>();

  constructor(builder: Builder) {
    this.builder = builder;
    this.#emit = builder.emit.bind(builder);
    builder.emit = (op: Op, inputs: readonly Value[], attrs?: Attrs) => this.#simplest(op, inputs, attrs ?? {});
  }

  #simplest(op: Op, inputs: readonly Value[], attrs: Attrs): readonly Value[] {
    const primitive = op.primitive!;
    if (subgraphsOf(attrs).length > 0) return this.#emit(op, inputs, attrs);
    if (primitive.constant !== undefined) return this.#once(constantKey(primitive.constant(attrs)), op, inputs, attrs);
    const folded = foldable(op, inputs, attrs);
    if (folded !== null) return folded.map((tensor) => this.builder.constant(tensor));
    const lawful = applyLaws(this.builder, op, inputs, attrs);
    if (lawful !== null) return [lawful];
    const made = this.#once(keyOf(op.name, inputs, attrs), op, inputs, attrs);
    // A view that waits for something is not the same as one that does not.
    return primitive.view === undefined || inputs.length > 1 ? made : [this.#viewed(made[0])];
  }

  #once(key: string | null, op: Op, inputs: readonly Value[], attrs: Attrs): readonly Value[] {
    if (key === null) return this.#emit(op, inputs, attrs);
    const outputs = this.#known.get(key) ?? this.#emit(op, inputs, attrs);
    this.#known.set(key, outputs);
    return outputs;
  }

  /** A value that is the same view of the same array. */
  #viewed(value: Value): Value {
    const [x] = value.node!.inputs;
    const { root, view } = this.#views.get(x) ?? { root: x, view: wholeView(x.aval.shape) };
    const seen = value.node!.op.primitive!.view!(view, value.node!.attrs, value.aval);
    if (seen === null || root.aval.dtype !== value.aval.dtype || root.aval.weak !== value.aval.weak) return value;
    if (!this.#views.has(root)) this.#see(root, root, wholeView(root.aval.shape));
    return this.#see(value, root, seen);
  }

  #see(value: Value, root: Value, view: View): Value {
    this.#views.set(value, { root, view });
    const { shape, strides, offset } = view;
    const key = `${root.id} ${value.aval.shape.join()} ${offset} ${strides.map((s, i) => (shape[i] === 1 ? 0 : s)).join()}`;
    const known = this.#seen.get(key) ?? value;
    this.#seen.set(key, known);
    return known;
  }
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
    node.outputs.forEach((y, i) => {
      invariant(sameAval(y.aval, outputs[i].aval), `${node.op.name} keeps its type when it is simplified`);
      values.set(y, outputs[i]);
    });
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
function constantKey(tensor: Tensor): string | null {
  if (tensor.data.length !== 1) return null;
  const [x] = tensor.data;
  const text = Object.is(x, -0) ? '-0' : x !== x ? bitsText(tensor) : String(x);
  return `constant ${tensor.dtype} ${tensor.shape.join()} ${text}`;
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

/** A small node's results where all of its operands are constants, or views of them. */
function foldable(op: Op, inputs: readonly Value[], attrs: Attrs): readonly Tensor[] | null {
  if (inputs.length === 0) return null;
  const primitive = op.primitive!;
  // A view of a constant costs nothing, and as a tensor it would be read from memory.
  if (primitive.view !== undefined) return null;
  if (!inputs.every(isKnown)) return null;
  // What is one number repeated stays that: it need not be read from memory either.
  if (inputs.every((x) => scalarConstant(x) !== null && x.aval.shape.length > 0)) return null;
  const inferred = primitive.infer(
    inputs.map((x) => x.aval),
    attrs,
  );
  const outputs = (Array.isArray(inferred) ? inferred : [inferred]) as readonly Aval[];
  if (outputs.some((y) => sizeOf(y.shape) > mostFolded)) return null;
  const tensors = inputs.map(tensorOf);
  try {
    const result = primitive.eval(tensors, attrs, outputs);
    return Array.isArray(result) ? (result as Tensor[]) : [result as Tensor];
  } catch {
    // A mistake in the request's constants is told when the node runs.
    return null;
  }
}

/** Whether a value is a constant, or a small view of one. */
function isKnown({ node, aval }: Value): boolean {
  if (node === undefined) return false;
  const { constant, view } = node.op.primitive!;
  return (
    constant !== undefined || (view !== undefined && sizeOf(aval.shape) <= mostFolded && node.inputs.every(isKnown))
  );
}

/** The tensor of a value that is known. */
function tensorOf({ node, aval }: Value): Tensor {
  const { attrs, inputs, op } = node!;
  const { constant, eval: evaluate } = op.primitive!;
  return constant === undefined ? (evaluate(inputs.map(tensorOf), attrs, [aval]) as Tensor) : constant(attrs);
}
