// Runs a probe: the quantities for any number of displacements, as many at a time as one run takes.

import { sizeOf } from '../ir/aval.ts';
import type { Tensor } from '../ir/tensor.ts';
import { tensorOf } from '../ir/tensor.ts';
import type { Plan } from '../compile.ts';
import type { Differences } from './differences.ts';
import { differences, steps } from './differences.ts';
import type { Probe } from './probe.ts';

/** A direction: the elements from one to before another, each by its weight; one alone as it is; a vector ignores it. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** ±0.5 to ±1: no element is left out. */
const signed = (u: number): number => (u < 0.5 ? u - 1 : u);

/** What one direction has given: for each quantity, [2 · steps + 1, rows]: at 0, then above and below by falling steps. */
type Sweep = readonly Float64Array[];

const perSweep = 2 * steps.length + 1;

/** Numbers in [0, 1) that are the same each time: a checked request is to have the same verdict. */
export function randomFrom(seed: number): () => number {
  let state = (seed ^ 0x9e3779b9) | 0;
  return () => {
    // xorshift32: G. Marsaglia, Xorshift RNGs, J. Stat. Softw. 8 (2003).
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

export class Evaluator {
  readonly probe: Probe;
  /** Displaced evaluations so far. */
  evaluations = 0;
  readonly #feeds: readonly Tensor[];
  readonly #run: (feeds: readonly Tensor[]) => readonly Tensor[];
  readonly #weights: readonly Tensor[];
  #measures: readonly Tensor[] = [];

  constructor(
    probe: Probe,
    plan: Plan,
    feeds: readonly Tensor[],
    run: (feeds: readonly Tensor[]) => readonly Tensor[],
  ) {
    this.probe = probe;
    this.#feeds = feeds;
    this.#run = run;
    const draw = randomFrom(probe.quantities.length);
    this.#weights = plan.graph.inputs.slice(probe.given, -3).map(({ value: { aval } }): Tensor => {
      const data = Float64Array.from({ length: sizeOf(aval.shape) }, () => signed(draw()));
      return { dtype: 'float64', shape: aval.shape, data };
    });
  }

  /** The random weights: of the elements of variable k or, where there is a vector, of quantity k. */
  weights(k: number): Float64Array {
    return this.#weights[k].data as Float64Array;
  }

  /** Displacement sizes of variable k, [lead, elements]; of a vector, one for each row of `lead`. */
  sizes(k: number): Tensor {
    return this.#measures[k];
  }

  /** The other mode's results, after the sizes. */
  get others(): readonly Tensor[] {
    return this.#measures.slice(this.probe.along === 'vector' ? 1 : this.probe.variables.length);
  }

  /** Rows of a quantity: all examples', all vectors'. */
  rows(quantity: number): number {
    return this.probe.lead * this.probe.quantities[quantity];
  }

  /** Directions that are evaluated at a time for some 64 MB of results. */
  get atATime(): number {
    const rows = this.probe.quantities.reduce((n, q) => n + q, 0) * this.probe.lead;
    return Math.max(1, Math.floor(8e6 / (perSweep * Math.max(1, rows))));
  }

  /** The sweep of each direction. */
  sweeps(directions: readonly Range[]): Sweep[] {
    const displacements = directions.flatMap((range) =>
      [0, ...steps, ...steps.map((h) => -h)].map((s) => ({ s, ...range })),
    );
    this.evaluations += displacements.length;
    const all = this.probe.quantities.map((_q, i) => new Float64Array(displacements.length * this.rows(i)));
    const { width } = this.probe;
    for (let from = 0; from < displacements.length; from += width) {
      const some = displacements.slice(from, from + width);
      const results = this.#once(some);
      all.forEach((into, i) => {
        const data = results[i].data as Float64Array;
        into.set(data.subarray(0, some.length * this.rows(i)), from * this.rows(i));
      });
      this.#measures = results.slice(all.length);
    }
    return directions.map((_d, k) =>
      all.map((list, i) => list.subarray(k * perSweep * this.rows(i), (k + 1) * perSweep * this.rows(i))),
    );
  }

  #once(displacements: readonly (Range & { readonly s: number })[]): readonly Tensor[] {
    const { width } = this.probe;
    const column = (dtype: 'float64' | 'int32', of: (d: Range & { readonly s: number }) => number): Tensor => {
      const list = new Array<number>(width).fill(0);
      displacements.forEach((d, i) => (list[i] = of(d)));
      return tensorOf(dtype, [width], list);
    };
    return this.#run([
      ...this.#feeds,
      ...this.#weights,
      column('float64', ({ s }) => s),
      column('int32', ({ from }) => from),
      column('int32', ({ to }) => to),
    ]);
  }

  /** The differences of a row of a quantity, slopes below `absolute` being none. */
  differences(sweep: Sweep, quantity: number, row: number, absolute: number): Differences {
    const rows = this.rows(quantity);
    const values = sweep[quantity];
    const n = steps.length;
    const [above, below] = [new Float64Array(n), new Float64Array(n)];
    for (let i = 0; i < n; i++) {
      above[i] = values[(1 + i) * rows + row];
      below[i] = values[(1 + n + i) * rows + row];
    }
    return differences(values[row], above, below, this.probe.epsilon, absolute);
  }
}
