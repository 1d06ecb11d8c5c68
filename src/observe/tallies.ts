// Counts and times as plain numbers, which a request adds to in nanoseconds and the client library reads when it is asked.
//
// The library's own counters and histograms look their labels up at each call. A small request has a dozen of them, which
// took a fifth of all that the main thread does for it.

import type { LabelValues, Metric, Registry } from '@prometheus-io/client';
import { Counter, Gauge } from '@prometheus-io/client';

interface Named {
  readonly name: string;
  readonly help: string;
  readonly register: Registry;
}

/** Tells each sample: its labels and its value. */
type Tell<L extends string> = (labels: LabelValues<L>, value: number) => void;

/** A counter whose samples `read` tells when a scraper asks. */
export function counterOf<L extends string>(
  { name, help, register }: Named,
  labelNames: L[],
  read: (tell: Tell<L>) => void,
): void {
  register.registerMetric(
    new Counter<L>({
      name,
      help,
      labelNames,
      registers: [],
      collect() {
        this.reset();
        read((labels, value) => this.inc(labels, value));
      },
    }),
  );
}

/** A gauge whose samples `read` tells when a scraper asks. */
export function gaugeOf<L extends string>(
  { name, help, register }: Named,
  labelNames: L[],
  read: (tell: Tell<L>) => void,
): void {
  register.registerMetric(
    new Gauge<L>({
      name,
      help,
      labelNames,
      registers: [],
      collect() {
        read((labels, value) => this.set(labels, value));
      },
    }),
  );
}

/** Counts by one label. */
export class Tally<L extends string> {
  readonly #counts: Map<string, number>;

  /** `known` values are there from the beginning: a counter that is not there cannot be seen to rise. */
  constructor(named: Named, label: L, known: readonly string[] = []) {
    this.#counts = new Map(known.map((value) => [value, 0]));
    counterOf(named, [label], (tell) => {
      for (const [value, count] of this.#counts) tell({ [label]: value } as LabelValues<L>, count);
    });
  }

  add(value: string, by = 1): void {
    this.#counts.set(value, (this.#counts.get(value) ?? 0) + by);
  }
}

interface Series {
  /** How many times fell into each bucket; the last is for those above all bounds. */
  readonly counts: Float64Array;
  sum: number;
}

/** A histogram of times, in seconds, by one label. */
export class Times<L extends string> {
  readonly name: string;
  readonly help: string;
  readonly type = 'histogram';
  readonly aggregator = 'sum';
  readonly labelNames: readonly L[];
  readonly #bounds: readonly number[];
  readonly #series = new Map<string, Series>();

  constructor({ name, help, register }: Named, label: L, bounds: readonly number[], known: readonly string[] = []) {
    this.name = name;
    this.help = help;
    this.labelNames = [label];
    this.#bounds = bounds;
    for (const value of known) this.#seriesOf(value);
    // The registry asks a metric for its name and its samples alone.
    register.registerMetric(this as unknown as Metric<L>);
  }

  add(value: string, seconds: number): void {
    const series = this.#seriesOf(value);
    let bucket = 0;
    while (bucket < this.#bounds.length && seconds > this.#bounds[bucket]) bucket++;
    series.counts[bucket]++;
    series.sum += seconds;
  }

  #seriesOf(value: string): Series {
    let series = this.#series.get(value);
    if (series === undefined) {
      series = { counts: new Float64Array(this.#bounds.length + 1), sum: 0 };
      this.#series.set(value, series);
    }
    return series;
  }

  /** What the registry asks of a metric. The buckets are cumulative. */
  get(): Promise<{ readonly values: readonly Sample[] } & Pick<this, 'name' | 'help' | 'type' | 'aggregator'>> {
    const { name, help, type, aggregator } = this;
    const values: Sample[] = [];
    for (const [value, { counts, sum }] of this.#series) {
      const labels = { [this.labelNames[0]]: value };
      const bucket = (le: number | '+Inf', count: number) =>
        values.push({ metricName: `${name}_bucket`, labels: { le, ...labels }, value: count });
      let below = 0;
      this.#bounds.forEach((bound, i) => bucket(bound, (below += counts[i])));
      const all = below + counts[this.#bounds.length];
      bucket('+Inf', all);
      values.push(
        { metricName: `${name}_sum`, labels, value: sum },
        { metricName: `${name}_count`, labels, value: all },
      );
    }
    return Promise.resolve({ name, help, type, aggregator, values });
  }
}

interface Sample {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}
