// Compares an item's derivative with differences: element by element, or in a random direction that is then narrowed down.

import { sizeOf, stridesOf } from '../ir/aval.ts';
import type { Finding } from '../request.ts';
import type { Block } from './blocks.ts';
import type { Differences } from './differences.ts';
import type { Evaluator, Range } from './evaluate.ts';
import type { Judgement, Tolerance, Verdict } from './judge.ts';
import { judge, worse } from './judge.ts';

/** What comparing has found. */
export interface Comparison {
  readonly verdict: Verdict;
  readonly checked: number;
  readonly total: number;
  readonly worst: Finding | null;
  readonly kinks: readonly Finding[];
  /** How far the two modes are apart, relative to what they add up; null where one of them has no rule. */
  readonly adjoint: number | null;
}

/** What is compared: the derivative, and how its parts are called. */
export interface Compared {
  readonly blocks: readonly (readonly Block[])[];
  /** The names of quantities and of variables, and their shapes; a quantity's with the axes of examples and vectors first. */
  readonly quantities: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly variables: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** Whether the derivative was computed in float32. */
  readonly single: boolean;
}

/** Kinks that are listed. */
const mostKinks = 10;

/** Gathers judgements: the worst of each verdict. */
class Findings {
  verdict: Verdict = 'ok';
  worst: Finding | null = null;
  readonly kinks: Finding[] = [];
  #excess = -1;

  add({ verdict, excess }: Judgement, finding: () => Finding): void {
    this.verdict = worse(this.verdict, verdict);
    if (verdict === 'kink') {
      if (this.kinks.length < mostKinks) this.kinks.push(finding());
    } else if (excess > this.#excess) {
      this.worst = finding();
      this.#excess = excess;
    }
  }
}

/** The index tuple of a row-major position. */
const indexOf = (shape: readonly number[], position: number): number[] => {
  const strides = stridesOf(shape);
  return shape.map((d, a) => Math.floor(position / strides[a]) % d);
};

/** Relative and absolute tolerance for derivatives whose largest is of a size. */
const toleranceFor = (single: boolean, largest: number): Tolerance =>
  single ? { relative: 2e-3, absolute: 1e-4 * largest } : { relative: 1e-5, absolute: 1e-10 * largest };

const largestOf = (lists: readonly Float64Array[]): number => {
  let most = 0;
  for (const list of lists) for (const x of list) if (Number.isFinite(x)) most = Math.max(most, Math.abs(x));
  return most;
};

/** How far two vectors are apart, relative to the larger. */
function apart(xs: readonly Float64Array[], ys: readonly Float64Array[]): number {
  let [gap, size] = [0, 0];
  xs.forEach((x, i) =>
    x.forEach((v, k) => {
      const w = ys[i][k];
      if (!Number.isFinite(v) || !Number.isFinite(w)) return;
      gap = Math.max(gap, Math.abs(v - w));
      size = Math.max(size, Math.abs(v), Math.abs(w));
    }),
  );
  return size === 0 ? 0 : gap / size;
}

/** A derivative that is a matrix: element by element, or as far as the budget goes and all others in groups. */
export function compareElements(evaluator: Evaluator, compared: Compared, most: number): Comparison {
  return new ElementComparison(evaluator, compared).run(most);
}

/** Of what is compared where not all elements can be by themselves, the part that is groups; the rest is single elements. */
const groupedPart = 0.75;
/** Groups that are not right and are searched for an element. */
const mostSearched = 3;

class ElementComparison {
  readonly #evaluator: Evaluator;
  readonly #compared: Compared;
  readonly #findings = new Findings();
  /** Where the elements of each variable begin, and where the last ones end. */
  readonly #offsets: readonly number[];
  #checked = 0;

  constructor(evaluator: Evaluator, compared: Compared) {
    this.#evaluator = evaluator;
    this.#compared = compared;
    const offsets = [0];
    for (const { shape } of compared.variables) offsets.push(offsets[offsets.length - 1] + sizeOf(shape));
    this.#offsets = offsets;
  }

  run(most: number): Comparison {
    const total = this.#offsets[this.#offsets.length - 1];
    const everything = { from: 0, to: total };
    this.#evaluator.sweeps([everything]);
    const adjoint = this.#evaluator.probe.adjoint
      ? apart(
          this.#along(everything, true),
          this.#evaluator.others.map((t) => Float64Array.from(t.data as Float64Array)),
        )
      : null;
    if (total <= most) this.#judge(ranges(total, total), true);
    else {
      const groups = Math.max(1, Math.floor(groupedPart * most));
      this.#judge(sample(total, Math.max(2, most - groups)), true);
      const wrong = this.#judge(ranges(total, groups), false);
      for (const range of wrong.slice(0, mostSearched)) this.#search(range);
    }
    const { worst, kinks, verdict } = this.#findings;
    return {
      verdict: worse(verdict, verdictOnModes(adjoint, this.#compared.single)),
      checked: this.#checked,
      total,
      worst,
      kinks,
      adjoint,
    };
  }

  /** Σ over the elements of a range of the derivative by each, times its displacement's size and weight; by quantity and row. */
  #along({ from, to }: Range, weighted = to - from > 1): Float64Array[] {
    return this.#compared.blocks.map((blocks, i) => {
      const sum = new Float64Array(this.#evaluator.rows(i));
      blocks.forEach((block, k) => {
        const n = this.#offsets[k + 1] - this.#offsets[k];
        const [first, end] = [from, to].map((e) => Math.min(Math.max(e - this.#offsets[k], 0), n));
        if (first === end) return;
        const scales = this.#evaluator.sizes(k).data as Float64Array;
        const weights = this.#evaluator.weights(k);
        const factor = (r: number, j: number): number => scales[this.#lead(i, r) * n + j] * (weighted ? weights[j] : 1);
        block.addColumns(first, end, factor, sum);
      });
      return sum;
    });
  }

  /** Which example (and vector) a row belongs to. */
  #lead(quantity: number, row: number): number {
    return Math.floor(row / this.#evaluator.probe.quantities[quantity]);
  }

  /** Judges directions; single elements are found among the findings. Returns the ranges that are not right. */
  #judge(directions: readonly Range[], single: boolean): Range[] {
    const wrong: Range[] = [];
    for (let at = 0; at < directions.length; at += this.#evaluator.atATime) {
      const some = directions.slice(at, at + this.#evaluator.atATime);
      const sweeps = this.#evaluator.sweeps(some);
      const derivatives = some.map((range) => this.#along(range));
      const tolerance = toleranceFor(this.#compared.single, largestOf(derivatives.flat()));
      some.forEach((range, e) => {
        let verdict: Verdict = 'ok';
        derivatives[e].forEach((list, i) =>
          list.forEach((derivative, r) => {
            const d = this.#evaluator.differences(sweeps[e], i, r, tolerance.absolute);
            const told = judge(derivative, d, tolerance);
            verdict = worse(verdict, told.verdict);
            if (single) this.#findings.add(told, () => this.#finding(range.from, i, r, derivative, told, d));
          }),
        );
        if (verdict !== 'ok') wrong.push(range);
      });
    }
    if (single) this.#checked += directions.length;
    return wrong;
  }

  #finding(element: number, i: number, r: number, derivative: number, told: Judgement, d: Differences): Finding {
    const k = this.#offsets.findIndex((_from, v) => element < this.#offsets[v + 1]);
    const j = element - this.#offsets[k];
    const { name, shape } = this.#compared.variables[k];
    const scale = this.#evaluator.sizes(k).data[this.#lead(i, r) * sizeOf(shape) + j] as number;
    return {
      name,
      index: indexOf(shape, j),
      of: this.#compared.quantities[i].name,
      of_index: indexOf(this.#compared.quantities[i].shape, r),
      ...scaledBack(derivative, told, d, scale),
    };
  }

  /** Halves a range that is not right until one element is left, and judges that. */
  #search({ from, to }: Range): void {
    while (to - from > 1) {
      const middle = from + Math.floor((to - from) / 2);
      if (this.#judge([{ from, to: middle }], false).length > 0) to = middle;
      else from = middle;
    }
    this.#judge([{ from, to }], true);
  }
}

/** What is told of one number, in its own units. */
const scaledBack = (derivative: number, told: Judgement, { right, left }: Differences, scale: number) => ({
  derivative: derivative / scale,
  difference: told.difference / scale,
  right: right.value / scale,
  left: left.value / scale,
  precision: told.precision / scale,
  error: told.error,
});

/** A derivative along a vector that the request gives. */
export function compareVector(evaluator: Evaluator, { blocks, quantities, single }: Compared): Comparison {
  const findings = new Findings();
  const [sweep] = evaluator.sweeps([{ from: 0, to: 0 }]);
  const sizes = evaluator.sizes(0).data as Float64Array;
  const results = blocks.map(([block], i) => {
    const list = new Float64Array(evaluator.rows(i));
    block.addColumns(0, 1, (r) => sizes[Math.floor(r / evaluator.probe.quantities[i])], list);
    return list;
  });
  const tolerance = toleranceFor(single, largestOf(results));
  results.forEach((list, i) =>
    list.forEach((derivative, r) => {
      const d = evaluator.differences(sweep, i, r, tolerance.absolute);
      const told = judge(derivative, d, tolerance);
      findings.add(told, () => ({
        of: quantities[i].name,
        of_index: indexOf(quantities[i].shape, r),
        ...scaledBack(derivative, told, d, sizes[Math.floor(r / evaluator.probe.quantities[i])]),
      }));
    }),
  );
  const adjoint = adjointOf(evaluator, results, sizes);
  const { worst, kinks } = findings;
  const verdict = worse(findings.verdict, verdictOnModes(adjoint, single));
  return { verdict, checked: 1, total: 1, worst, kinks, adjoint };
}

/** The two modes are one linearisation: what is between them is rounding, or a mistake. */
const verdictOnModes = (adjoint: number | null, single: boolean): Verdict =>
  adjoint !== null && adjoint > (single ? 1e-3 : 1e-9) ? 'mismatch' : 'ok';

/** ⟨w, J v⟩ beside ⟨Jᵀw, v⟩. */
function adjointOf(evaluator: Evaluator, results: readonly Float64Array[], sizes: Float64Array): number | null {
  if (!evaluator.probe.adjoint) return null;
  const forward = new Float64Array(evaluator.probe.lead);
  let scale = 0;
  results.forEach((list, i) => {
    const weights = evaluator.weights(i);
    const q = weights.length;
    list.forEach((v, r) => {
      const term = (v / sizes[Math.floor(r / q)]) * weights[r % q];
      forward[Math.floor(r / q)] += term;
      scale += Math.abs(term);
    });
  });
  const [back] = evaluator.others;
  let gap = 0;
  forward.forEach((x, l) => (gap = Math.max(gap, Math.abs(x - Number(back.data[l])))));
  return scale === 0 ? 0 : gap / scale;
}

/** The elements in so many groups of neighbours. */
const ranges = (total: number, groups: number): Range[] =>
  Array.from({ length: groups }, (_, g) => ({
    from: Math.floor((g * total) / groups),
    to: Math.floor(((g + 1) * total) / groups),
  }));

/** So many single elements, the first and the last among them. */
const sample = (total: number, count: number): Range[] =>
  Array.from({ length: count }, (_, i) => {
    const at = Math.round((i * (total - 1)) / (count - 1));
    return { from: at, to: at + 1 };
  });
