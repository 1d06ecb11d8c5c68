// Tensors that are known before a plan runs: constants, what is computed from them, and integer inputs that were looked at.

import { sizeOf } from '../ir/aval.ts';
import type { Node, Value } from '../ir/graph.ts';
import type { Tensor } from '../ir/tensor.ts';
import { evaluateNode } from '../run/interpret.ts';

/** Elements that are worth computing while compiling, and operations, of one node. */
const [mostElements, mostFlops] = [1 << 24, 1e8];

/**
 * Values of a graph that do not depend on its float inputs, computed when they are asked for. `given` are tensors of inputs
 * that may be looked at; `used` tells which were, since what was found holds for those alone.
 */
export class KnownTensors {
  readonly #given: ReadonlyMap<Value, Tensor>;
  readonly #found = new Map<Value, Tensor | null>();
  /** The given values that a computed one depends on. */
  readonly #sources = new Map<Value, readonly Value[]>();
  readonly used = new Set<Value>();

  constructor(given: ReadonlyMap<Value, Tensor>) {
    this.#given = given;
  }

  /** The value's elements, or null where they depend on what is not known. Iterative: chains may be long. */
  of(value: Value): Tensor | null {
    const stack = [value];
    while (stack.length > 0) {
      const top = stack[stack.length - 1];
      if (this.#found.has(top)) {
        stack.pop();
        continue;
      }
      const missing = this.#operands(top).filter((x) => !this.#found.has(x));
      if (missing.length > 0) stack.push(...missing);
      else {
        stack.pop();
        this.#make(top);
      }
    }
    const tensor = this.#found.get(value)!;
    if (tensor !== null) for (const source of this.#sources.get(value) ?? []) this.used.add(source);
    return tensor;
  }

  #operands({ node, aval }: Value): readonly Value[] {
    if (node === undefined || sizeOf(aval.shape) > mostElements) return [];
    // One operand that is not known is enough.
    return node.inputs.some((x) => this.#found.get(x) === null) ? [] : node.inputs;
  }

  #make(value: Value): void {
    const { node } = value;
    if (node === undefined) {
      const given = this.#given.get(value);
      if (given !== undefined) this.#sources.set(value, [value]);
      this.#found.set(value, given ?? null);
      return;
    }
    const results = isWorth(node) ? this.#compute(node) : null;
    const sources = [...new Set(node.inputs.flatMap((x) => this.#sources.get(x) ?? []))];
    node.outputs.forEach((y, i) => {
      this.#found.set(y, results?.[i] ?? null);
      if (sources.length > 0) this.#sources.set(y, sources);
    });
  }

  #compute(node: Node): readonly Tensor[] | null {
    const operands: Tensor[] = [];
    for (const x of node.inputs) {
      const tensor = this.#found.get(x) ?? null;
      if (tensor === null) return null;
      operands.push(tensor);
    }
    try {
      return evaluateNode(node, operands);
    } catch {
      // A mistake in the request's integers is told when the node runs.
      return null;
    }
  }
}

function isWorth({ op, inputs, outputs, attrs }: Node): boolean {
  const avals = outputs.map((y) => y.aval);
  if (avals.some((y) => sizeOf(y.shape) > mostElements)) return false;
  const flops = op.primitive!.flops?.(
    inputs.map((x) => x.aval),
    avals,
    attrs,
  );
  return flops === undefined || flops <= mostFlops;
}
