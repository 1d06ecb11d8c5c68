// Compares an item's derivative with differences: element by element, or in a random direction that is then narrowed down.

import { sizeOf, stridesOf } from '../ir/aval.ts';
import type { Finding } from '../request.ts';
import type { Block } from './blocks.ts';
import type { Direction, Evaluator } from './evaluate.ts';
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

/** A derivative that is a matrix: by elements as far as the budget goes, and all of them together in a random direction. */
export function compareElements(evaluator: Evaluator, compared: Compared, most: number): Comparison {
  return new ElementComparison(evaluator, compared).run(most);
}

class ElementComparison {
  readonly #evaluator: Evaluator;
  readonly #compared: Compared;
  readonly #findings = new Findings();
  /** Where the elements of each variable begin, and where the last ones end. */
  readonly #offsets: readonly number[];
  readonly #weights: readonly Float64Array[];

  constructor(evaluator: Evaluator, compared: Compared) {
    this.#evaluator = evaluator;
    this.#compared = compared;
    const offsets = [0];
    for (const { shape } of compared.variables) offsets.push(offsets[offsets.length - 1] + sizeOf(shape));
    this.#offsets = offsets;
    const draw = randomFrom(offsets[offsets.length - 1]);
    this.#weights = compared.variables.map(({ shape }) =>
      Float64Array.from({ length: sizeOf(shape) }, () => {
        const u = draw();
        return u < 0.5 ? u - 1 : u;
      }),
    );
  }

  run(most: number): Comparison {
    const total = this.#offsets[this.#offsets.length - 1];
    const whole: Direction = { element: -1, weights: this.#weights };
    const [sweep] = this.#evaluator.sweeps([whole]);
    const along = this.#alongWeights(this.#weights);
    const adjoint = this.#evaluator.probe.adjoint
      ? apart(
          along,
          this.#evaluator.others.map((t) => Float64Array.from(t.data as Float64Array)),
        )
      : null;
    const findings = this.#findings;
    const chosen = chosenElements(total, most);
    for (let from = 0; from < chosen.length; from += this.#evaluator.atATime) {
      this.#elements(chosen.slice(from, from + this.#evaluator.atATime));
    }
    if (findings.verdict === 'ok' && chosen.length < total && this.#direction(sweep, along) !== 'ok') {
      this.#narrow(whole, this.#offsets[0], total);
    }
    return {
      verdict: worse(findings.verdict, verdictOnModes(adjoint, this.#compared.single)),
      checked: chosen.length,
      total,
      worst: findings.worst,
      kinks: findings.kinks,
      adjoint,
    };
  }

  /** Σ over the elements of the derivative by each, times its displacement's size and weight; by quantity and row. */
  #alongWeights(weights: readonly Float64Array[]): Float64Array[] {
    const { blocks } = this.#compared;
    return blocks.map((row, i) => {
      const sum = new Float64Array(this.#evaluator.rows(i));
      row.forEach((block, k) => {
        const n = weights[k].length;
        const scales = this.#evaluator.sizes(k).data as Float64Array;
        block.addProduct((r, j) => weights[k][j] * scales[this.#lead(i, r) * n + j], sum);
      });
      return sum;
    });
  }

  /** Which example (and vector) a row belongs to. */
  #lead(quantity: number, row: number): number {
    return Math.floor(row / this.#evaluator.probe.quantities[quantity]);
  }

  #variableOf(element: number): number {
    return this.#offsets.findIndex((_from, k) => element < this.#offsets[k + 1]);
  }

  #elements(elements: readonly number[]): void {
    const sweeps = this.#evaluator.sweeps(elements.map((element) => ({ element })));
    const derivatives = elements.map((element) => {
      const k = this.#variableOf(element);
      const j = element - this.#offsets[k];
      const n = this.#weights[k].length;
      const scales = this.#evaluator.sizes(k).data as Float64Array;
      return this.#compared.blocks.map((row, i) => {
        const column = new Float64Array(this.#evaluator.rows(i));
        row[k].addColumn(j, (r) => scales[this.#lead(i, r) * n + j], column);
        return column;
      });
    });
    const tolerance = toleranceFor(this.#compared.single, largestOf(derivatives.flat()));
    elements.forEach((element, e) => {
      const k = this.#variableOf(element);
      const j = element - this.#offsets[k];
      const n = this.#weights[k].length;
      const scales = this.#evaluator.sizes(k).data as Float64Array;
      const { name, shape } = this.#compared.variables[k];
      derivatives[e].forEach((column, i) =>
        column.forEach((derivative, r) => {
          const d = this.#evaluator.differences(sweeps[e], i, r, tolerance.absolute);
          const told = judge(derivative, d, tolerance);
          const scale = scales[this.#lead(i, r) * n + j];
          this.#findings.add(told, () => ({
            name,
            index: indexOf(shape, j),
            of: this.#compared.quantities[i].name,
            of_index: indexOf(this.#compared.quantities[i].shape, r),
            derivative: derivative / scale,
            difference: told.difference / scale,
            right: d.right.value / scale,
            left: d.left.value / scale,
            precision: told.precision / scale,
            error: told.error,
          }));
        }),
      );
    });
  }

  /** The verdict on a direction, without a word of it among the findings. */
  #direction(sweep: ReturnType<Evaluator['sweeps']>[number], along: readonly Float64Array[]): Verdict {
    const tolerance = toleranceFor(this.#compared.single, largestOf(along));
    let verdict: Verdict = 'ok';
    along.forEach((list, i) =>
      list.forEach((derivative, r) => {
        verdict = worse(
          verdict,
          judge(derivative, this.#evaluator.differences(sweep, i, r, tolerance.absolute), tolerance).verdict,
        );
      }),
    );
    return verdict;
  }

  /** Halves a range of elements whose direction is not right until one is left, and judges that. */
  #narrow(whole: Direction, first: number, end: number): void {
    let [from, to] = [first, end];
    while (to - from > 1) {
      const middle = from + Math.floor((to - from) / 2);
      const weights = whole.weights!.map((list, k) =>
        list.map((w, j) => (this.#offsets[k] + j >= from && this.#offsets[k] + j < middle ? w : 0)),
      );
      const [sweep] = this.#evaluator.sweeps([{ element: -1, weights }]);
      if (this.#direction(sweep, this.#alongWeights(weights)) === 'ok') from = middle;
      else to = middle;
    }
    this.#elements([from]);
  }
}

/** A derivative along a vector that the request gives. */
export function compareVector(evaluator: Evaluator, { blocks, quantities, single }: Compared): Comparison {
  const findings = new Findings();
  const draw = randomFrom(blocks.length);
  const weights = evaluator.probe.quantities.map((q) => Float64Array.from({ length: q }, () => draw() - 0.5));
  const [sweep] = evaluator.sweeps([{ element: -1, weights }]);
  const sizes = evaluator.sizes(0).data as Float64Array;
  const results = blocks.map(([block], i) => {
    const list = new Float64Array(evaluator.rows(i));
    const q = evaluator.probe.quantities[i];
    block.addColumn(0, (r) => sizes[Math.floor(r / q)], list);
    return list;
  });
  const tolerance = toleranceFor(single, largestOf(results));
  results.forEach((list, i) =>
    list.forEach((derivative, r) => {
      const d = evaluator.differences(sweep, i, r, tolerance.absolute);
      const told = judge(derivative, d, tolerance);
      const scale = sizes[Math.floor(r / evaluator.probe.quantities[i])];
      findings.add(told, () => ({
        of: quantities[i].name,
        of_index: indexOf(quantities[i].shape, r),
        derivative: derivative / scale,
        difference: told.difference / scale,
        right: d.right.value / scale,
        left: d.left.value / scale,
        precision: told.precision / scale,
        error: told.error,
      }));
    }),
  );
  const adjoint = adjointOf(evaluator, results, weights, sizes);
  const { worst, kinks } = findings;
  return {
    verdict: worse(findings.verdict, verdictOnModes(adjoint, single)),
    checked: 1,
    total: 1,
    worst,
    kinks,
    adjoint,
  };
}

/** The two modes are one linearisation: what is between them is rounding, or a mistake. */
const verdictOnModes = (adjoint: number | null, single: boolean): Verdict =>
  adjoint !== null && adjoint > (single ? 1e-3 : 1e-9) ? 'mismatch' : 'ok';

/** ⟨w, J v⟩ beside ⟨Jᵀw, v⟩. */
function adjointOf(
  evaluator: Evaluator,
  results: readonly Float64Array[],
  weights: readonly Float64Array[],
  sizes: Float64Array,
): number | null {
  if (!evaluator.probe.adjoint) return null;
  const forward = new Float64Array(evaluator.probe.lead);
  let scale = 0;
  results.forEach((list, i) => {
    const q = weights[i].length;
    list.forEach((v, r) => {
      const term = (v / sizes[Math.floor(r / q)]) * weights[i][r % q];
      forward[Math.floor(r / q)] += term;
      scale += Math.abs(term);
    });
  });
  const [back] = evaluator.others;
  let gap = 0;
  forward.forEach((x, l) => (gap = Math.max(gap, Math.abs(x - Number(back.data[l])))));
  return scale === 0 ? 0 : gap / scale;
}

/** All elements, or so many of them, spread evenly and at random within their part; the first and the last among them. */
function chosenElements(total: number, most: number): number[] {
  if (total <= most) return Array.from({ length: total }, (_, i) => i);
  const draw = randomFrom(total);
  return Array.from({ length: most }, (_, i) => {
    if (i === 0 || i === most - 1) return i === 0 ? 0 : total - 1;
    const [from, to] = [Math.ceil((i * total) / most), Math.ceil(((i + 1) * total) / most)];
    return from + Math.floor(draw() * (to - from));
  });
}

/** Numbers in [0, 1) that are the same each time: a checked request is to have the same verdict. */
function randomFrom(seed: number): () => number {
  let state = (seed ^ 0x9e3779b9) | 0;
  return () => {
    // xorshift32: G. Marsaglia, Xorshift RNGs, J. Stat. Softw. 8 (2003).
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
