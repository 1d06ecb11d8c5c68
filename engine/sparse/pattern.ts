// Where a Jacobian may be other than zero, read off the graph: index sets pushed through the linear program of its tangents.

import { sizeOf } from '../ir/aval.ts';
import type { Graph, Node, Value } from '../ir/graph.ts';
import { reachable } from '../ir/graph.ts';
import type { Reads } from '../op.ts';
import type { Tensor } from '../ir/tensor.ts';
import { KnownTensors } from './known.ts';
import type { Pattern } from './matrix.ts';
import { transposed } from './matrix.ts';
import type { LinearProgram } from './program.ts';
import { IndexSets, nothing, TooManySets } from './sets.ts';

/** What finding a pattern may cost. */
export interface PatternBudget {
  /** Elements of all tangents together, and interval bounds of all index sets. */
  readonly steps: number;
  /** Entries of the pattern. */
  readonly entries: number;
}

/**
 * The pattern of a linear program's matrix: rows are the elements of the results, one result after another (`sizes` of
 * them), columns those of the variables. It has every entry that can be other than zero, whatever the inputs are; operands
 * that `known` has are looked at, so masks and indices that are written in the computation count. Where it would be over the
 * budget, what of it.
 */
export function patternOf(
  { variables, results }: LinearProgram,
  sizes: readonly number[],
  known: KnownTensors,
  budget: PatternBudget,
): Pattern | keyof PatternBudget {
  try {
    return new Search(variables, budget).pattern(results, sizes, known);
  } catch (error) {
    if (error instanceof TooManySets) return 'steps';
    throw error;
  }
}

/** Steps for each node, beside those for its elements. */
const stepsOfNode = 20;

type Rows = Map<Value, Int32Array>;

class Search {
  readonly #budget: PatternBudget;
  readonly #sets: IndexSets;
  /** The set of each element of each variable. */
  readonly #variables: Rows = new Map();
  #steps = 0;

  constructor(variables: readonly Value[], budget: PatternBudget) {
    this.#budget = budget;
    const width = variables.reduce((n, v) => n + sizeOf(v.aval.shape), 0);
    this.#sets = new IndexSets(width, budget.steps);
    let at = 1;
    for (const v of variables) {
      const first = at;
      at += sizeOf(v.aval.shape);
      this.#variables.set(
        v,
        Int32Array.from({ length: at - first }, (_, i) => first + i),
      );
    }
  }

  pattern(results: readonly (Value | null)[], sizes: readonly number[], known: KnownTensors): Pattern | 'entries' {
    const wanted = results.flatMap((y) => y ?? []);
    const rows = this.#spread(reachable(wanted), wanted, this.#variables, known);
    return this.#collect(
      results.map((y) => (y === null ? null : (rows.get(y) ?? null))),
      sizes,
    );
  }

  /** The sets of the elements of what is wanted, from those of the values that nodes start from. */
  #spread(nodes: readonly Node[], wanted: readonly Value[], from: Rows, known: KnownTensors): Rows {
    const rows = new Map(from);
    const depends = new Set(from.keys());
    const passed = nodes.filter((node) => {
      if (!node.inputs.some((x) => depends.has(x))) return false;
      for (const y of node.outputs) depends.add(y);
      return true;
    });
    const lastUse = new Map<Value, number>();
    passed.forEach((node, i) => node.inputs.forEach((x) => lastUse.set(x, i)));
    for (const y of wanted) lastUse.set(y, Infinity);
    passed.forEach((node, i) => {
      this.#push(node, rows, known);
      for (const x of node.inputs) if (lastUse.get(x) === i) rows.delete(x);
    });
    return rows;
  }

  #push(node: Node, rows: Rows, known: KnownTensors): void {
    const { reads, spread } = node.op.primitive!;
    const site = {
      inputs: node.inputs.map((x) => x.aval),
      outputs: node.outputs.map((y) => y.aval),
      attrs: node.attrs,
      known: (operand: number) => known.of(node.inputs[operand]),
      // An item of a list takes longer than other steps.
      most: (this.#budget.steps - this.#steps) / 8,
    };
    if (spread !== undefined) {
      const sets = node.inputs.map((x) => rows.get(x) ?? null);
      const through = (body: Graph, given: readonly (Int32Array | null)[], tensors: readonly (Tensor | null)[]) =>
        this.#body(body, given, tensors);
      const unite = (a: Int32Array | null, b: Int32Array | null) =>
        a === null || b === null ? (a ?? b) : this.#unite(a, b);
      const back = (
        body: Graph,
        first: number,
        given: readonly (Int32Array | null)[],
        tensors: readonly (Tensor | null)[],
      ) => this.#back(body, first, given, tensors);
      spread({ ...site, sets, through, back, unite }).forEach((own, i) => {
        if (own !== null) rows.set(node.outputs[i], own);
      });
      return;
    }
    for (const y of node.outputs) {
      const n = sizeOf(y.aval.shape);
      this.#spend(n + stepsOfNode);
      let own: Int32Array | null = null;
      node.inputs.forEach((x, operand) => {
        const from = rows.get(x);
        if (from === undefined) return;
        const through = reads?.(site, operand) ?? null;
        const part = through === null ? this.#everything(from, n) : this.#through(through, from, n);
        own = own === null ? part : this.#unite(own, part);
      });
      if (own !== null) rows.set(y, own);
    }
  }

  #body(
    { inputs, nodes, outputs }: Graph,
    given: readonly (Int32Array | null)[],
    tensors: readonly (Tensor | null)[],
  ): (Int32Array | null)[] {
    const from: Rows = new Map();
    const known = new Map<Value, Tensor>();
    inputs.forEach(({ value }, i) => {
      const [sets, tensor] = [given[i], tensors[i]];
      if (sets !== null) from.set(value, sets);
      if (tensor !== null) known.set(value, tensor);
    });
    const rows = this.#spread(nodes, outputs, from, new KnownTensors(known));
    return outputs.map((y) => rows.get(y) ?? null);
  }

  /** The matrix of the body, turned, says which of its outputs each of its inputs takes part in. */
  #back(
    { inputs, outputs }: Graph,
    first: number,
    given: readonly (Int32Array | null)[],
    tensors: readonly (Tensor | null)[],
  ): (Int32Array | null)[] {
    const known = new Map<Value, Tensor>();
    inputs.forEach(({ value }, i) => {
      const tensor = tensors[i] ?? null;
      if (tensor !== null) known.set(value, tensor);
    });
    const variables = inputs.slice(first).map(({ value }) => value);
    const sizes = outputs.map((y) => sizeOf(y.aval.shape));
    const budget = { steps: this.#budget.steps - this.#steps, entries: this.#budget.steps / 8 };
    const pattern = patternOf({ variables, results: outputs }, sizes, new KnownTensors(known), budget);
    if (typeof pattern === 'string') throw new TooManySets();
    const { starts, columns: items } = transposed(pattern);
    this.#spend(items.length);
    const all = new Int32Array(sizes.reduce((n, size) => n + size, 0));
    let at = 0;
    given.forEach((sets, k) => {
      if (sets !== null) all.set(sets, at);
      at += sizes[k];
    });
    const read = this.#through({ groups: { starts, items } }, all, starts.length - 1);
    let from = 0;
    return variables.map((v) => read.subarray(from, (from += sizeOf(v.aval.shape))));
  }

  #everything(from: Int32Array, n: number): Int32Array {
    this.#spend(from.length);
    return new Int32Array(n).fill(this.#sets.unionOf(from, 0, from.length));
  }

  #through({ at, groups, after }: Reads, from: Int32Array, n: number): Int32Array {
    const sets = this.#sets;
    let read = from;
    if (groups !== undefined) {
      const { starts, items } = groups;
      this.#spend(items.length);
      const members = new Int32Array(items.length);
      for (let k = 0; k < items.length; k++) members[k] = from[items[k]];
      read = new Int32Array(starts.length - 1);
      for (let g = 0; g < read.length; g++) read[g] = sets.unionOf(members, starts[g], starts[g + 1]);
    }
    if (at !== undefined) {
      const picked = new Int32Array(n);
      for (let i = 0; i < n; i++) picked[i] = at[i] < 0 ? nothing : read[at[i]];
      read = picked;
    }
    return after === undefined ? read : this.#running(read, after);
  }

  #running(read: Int32Array, after: Int32Array): Int32Array {
    const n = read.length;
    const all = read.slice();
    const backwards = after.some((k, i) => k > i);
    for (let step = 0; step < n; step++) {
      const i = backwards ? n - 1 - step : step;
      if (after[i] >= 0) all[i] = this.#sets.union(all[after[i]], all[i]);
    }
    return all;
  }

  #unite(a: Int32Array, b: Int32Array): Int32Array {
    const all = new Int32Array(a.length);
    for (let i = 0; i < all.length; i++) all[i] = this.#sets.union(a[i], b[i]);
    return all;
  }

  #spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > this.#budget.steps) throw new TooManySets();
  }

  #collect(results: readonly (Int32Array | null)[], sizes: readonly number[]): Pattern | 'entries' {
    const rows = sizes.reduce((n, size) => n + size, 0);
    const starts = new Int32Array(rows + 1);
    let row = 0;
    let entries = 0;
    const each = (visit: (set: number) => void): void =>
      results.forEach((sets, k) => {
        for (let i = 0; i < sizes[k]; i++) visit(sets === null ? nothing : sets[i]);
      });
    each((set) => {
      entries += this.#sets.sizeOf(set);
      starts[++row] = entries;
    });
    if (entries > this.#budget.entries) return 'entries';
    const columns = new Int32Array(entries);
    let end = 0;
    each((set) => {
      end = this.#sets.write(set, columns, end);
    });
    return { rows, width: this.#sets.size, starts, columns };
  }
}
