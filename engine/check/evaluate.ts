// Runs a probe: the quantities for any number of displacements, as many at a time as one run takes.

import { sizeOf } from '../ir/aval.ts';
import type { Tensor } from '../ir/tensor.ts';
import { allocate, tensorOf } from '../ir/tensor.ts';
import type { Plan } from '../compile.ts';
import type { Differences } from './differences.ts';
import { differences, steps } from './differences.ts';
import type { Probe } from './probe.ts';

/** A direction: one element, or, for −1, the weights (or the vector that the request gives). */
export interface Direction {
  readonly element: number;
  /** For each variable, row-major; all ones where absent. */
  readonly weights?: readonly Float64Array[];
}

/** What one direction has given: for each quantity, [2 · steps + 1, rows]: at 0, then above and below by falling steps. */
type Sweep = readonly Float64Array[];

const perSweep = 2 * steps.length + 1;

export class Evaluator {
  readonly probe: Probe;
  /** Displaced evaluations so far. */
  evaluations = 0;
  readonly #plan: Plan;
  readonly #feeds: readonly Tensor[];
  readonly #run: (feeds: readonly Tensor[]) => readonly Tensor[];
  #measures: readonly Tensor[] = [];

  constructor(
    probe: Probe,
    plan: Plan,
    feeds: readonly Tensor[],
    run: (feeds: readonly Tensor[]) => readonly Tensor[],
  ) {
    this.probe = probe;
    this.#plan = plan;
    this.#feeds = feeds;
    this.#run = run;
  }

  /** What stands behind the quantities among the outputs of the last run: sizes of displacements, and the other mode's word. */
  get measures(): readonly Tensor[] {
    return this.#measures;
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

  /** The sweep of each direction; those with weights are run one by one, since a run has one set of weights. */
  sweeps(directions: readonly Direction[]): Sweep[] {
    const [first] = directions;
    if (directions.length > 1 && directions.some(({ weights }) => weights !== undefined)) {
      return directions.flatMap((direction) => this.sweeps([direction]));
    }
    const s: number[] = [];
    const elements: number[] = [];
    for (const { element } of directions) {
      for (const step of [0, ...steps, ...steps.map((h) => -h)]) {
        s.push(step);
        elements.push(element);
      }
    }
    this.evaluations += s.length;
    const all = this.probe.quantities.map((_q, i) => new Float64Array(s.length * this.rows(i)));
    const { width } = this.probe;
    for (let from = 0; from < s.length; from += width) {
      const count = Math.min(width, s.length - from);
      const results = this.#once(s.slice(from, from + count), elements.slice(from, from + count), first.weights);
      all.forEach((into, i) => {
        const data = results[i].data as Float64Array;
        into.set(data.subarray(0, count * this.rows(i)), from * this.rows(i));
      });
      this.#measures = results.slice(all.length);
    }
    return directions.map((_d, k) =>
      all.map((list, i) => list.subarray(k * perSweep * this.rows(i), (k + 1) * perSweep * this.rows(i))),
    );
  }

  #once(s: readonly number[], elements: readonly number[], weights: Direction['weights']): readonly Tensor[] {
    const { inputs } = this.#plan.graph;
    const { given, width } = this.probe;
    const own = inputs.slice(given, -2).map(({ value: { aval } }, k): Tensor => {
      const data = allocate('float64', sizeOf(aval.shape)) as Float64Array;
      if (weights === undefined) data.fill(1);
      else data.set(weights[k]);
      return { dtype: 'float64', shape: aval.shape, data };
    });
    const padded = (list: readonly number[], fill: number): number[] => [
      ...list,
      ...new Array<number>(width - list.length).fill(fill),
    ];
    return this.#run([
      ...this.#feeds,
      ...own,
      tensorOf('float64', [width], padded(s, 0)),
      tensorOf('int32', [width], padded(elements, -1)),
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
