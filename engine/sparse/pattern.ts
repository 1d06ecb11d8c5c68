// Where a Jacobian may be other than zero, read off the graph: index sets pushed through the linear program of its tangents.

import { sizeOf } from '../ir/aval.ts';
import type { Node, Value } from '../ir/graph.ts';
import { reachable } from '../ir/graph.ts';
import type { Reads } from '../op.ts';
import type { KnownTensors } from './known.ts';
import type { Pattern } from './matrix.ts';
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
    return new Search(variables, known, budget).pattern(results, sizes);
  } catch (error) {
    if (error instanceof TooManySets) return 'steps';
    throw error;
  }
}

class Search {
  readonly #known: KnownTensors;
  readonly #budget: PatternBudget;
  readonly #sets: IndexSets;
  /** The set of each element of each value that depends on a variable. */
  readonly #rows = new Map<Value, Int32Array>();
  #steps = 0;

  constructor(variables: readonly Value[], known: KnownTensors, budget: PatternBudget) {
    this.#known = known;
    this.#budget = budget;
    const width = variables.reduce((n, v) => n + sizeOf(v.aval.shape), 0);
    this.#sets = new IndexSets(width, budget.steps);
    let at = 1;
    for (const v of variables) {
      const first = at;
      at += sizeOf(v.aval.shape);
      this.#rows.set(
        v,
        Int32Array.from({ length: at - first }, (_, i) => first + i),
      );
    }
  }

  pattern(results: readonly (Value | null)[], sizes: readonly number[]): Pattern | 'entries' {
    const wanted = results.flatMap((y) => y ?? []);
    const nodes = reachable(wanted).filter((node) => this.#passes(node));
    const lastUse = new Map<Value, number>();
    nodes.forEach((node, i) => node.inputs.forEach((x) => lastUse.set(x, i)));
    for (const y of wanted) lastUse.set(y, Infinity);
    nodes.forEach((node, i) => {
      this.#push(node);
      for (const x of node.inputs) if (lastUse.get(x) === i) this.#rows.delete(x);
    });
    return this.#collect(results, sizes);
  }

  /** Marks what depends on a variable. */
  #passes(node: Node): boolean {
    if (!node.inputs.some((x) => this.#rows.has(x))) return false;
    for (const y of node.outputs) this.#rows.set(y, unset);
    return true;
  }

  #push(node: Node): void {
    const { reads } = node.op.primitive!;
    const site = {
      inputs: node.inputs.map((x) => x.aval),
      outputs: node.outputs.map((y) => y.aval),
      attrs: node.attrs,
      known: (operand: number) => this.#known.of(node.inputs[operand]),
    };
    for (const y of node.outputs) {
      const n = sizeOf(y.aval.shape);
      this.#spend(n);
      let rows: Int32Array | null = null;
      node.inputs.forEach((x, operand) => {
        const from = this.#rows.get(x);
        if (from === undefined) return;
        const through = reads?.(site, operand) ?? null;
        const own = through === null ? this.#everything(from, n) : this.#through(through, from, n);
        rows = rows === null ? own : this.#unite(rows, own);
      });
      this.#rows.set(y, rows ?? new Int32Array(n));
    }
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

  #collect(results: readonly (Value | null)[], sizes: readonly number[]): Pattern | 'entries' {
    const rows = sizes.reduce((n, size) => n + size, 0);
    const starts = new Int32Array(rows + 1);
    let row = 0;
    let entries = 0;
    const each = (visit: (set: number) => void): void =>
      results.forEach((y, k) => {
        const sets = y === null ? undefined : this.#rows.get(y);
        for (let i = 0; i < sizes[k]; i++) visit(sets === undefined ? nothing : sets[i]);
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

/** Stands for rows that are still to be found. */
const unset = new Int32Array(0);
