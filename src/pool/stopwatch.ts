// What a request took in its worker: a few readings of the clock and sums of what the engine reports.

import type { Report } from '../../engine/index.ts';
import type { Computed, Measured } from './messages.ts';

/** Runs from its making to the end of the request; `now` in milliseconds since some moment, `origin` that moment. */
export class Stopwatch {
  readonly #now: () => number;
  readonly #begun: number;
  readonly #origin: number;
  #decoded: number | undefined;
  #feedMs = 0;
  #compileMs = 0;
  #runMs = 0;
  #computed: { -readonly [key in keyof Computed]: Computed[key] } | undefined;

  constructor(now: () => number, origin: number) {
    this.#now = now;
    this.#origin = origin;
    this.#begun = now();
  }

  /** The request is read and checked. */
  decoded(): void {
    this.#decoded = this.#now();
  }

  /** Something was computed. */
  readonly report = (report: Report): void => {
    this.#feedMs += report.feed_ms;
    this.#compileMs += report.compile_ms;
    this.#runMs += report.run_ms;
    const sums = (this.#computed ??= { ...nothing });
    const { graph_id, plan, flops, peak_bytes, bytes_in, bytes_out, runner } = report;
    sums.graph_id = graph_id;
    sums.plan = plan;
    sums.peak_bytes = Math.max(sums.peak_bytes, peak_bytes);
    sums.flops += flops;
    sums.bytes_in += bytes_in;
    sums.bytes_out += bytes_out;
    if (runner !== 'none') sums[runner]++;
  };

  /**
   * The phases add up to the whole, and tensors that are decoded late count as decoding. What is left is encoding where the
   * request went well, else compiling, which is where most mistakes are found.
   */
  stop(well: boolean): Measured {
    const end = this.#now();
    const decoded = this.#decoded ?? end;
    const rest = Math.max(0, end - decoded - this.#feedMs - this.#compileMs - this.#runMs);
    return {
      begun: this.#origin + this.#begun,
      decode_ms: decoded - this.#begun + this.#feedMs,
      compile_ms: this.#compileMs + (well ? 0 : rest),
      run_ms: this.#runMs,
      encode_ms: well ? rest : 0,
      ...(this.#computed && { computed: this.#computed }),
    };
  }
}

const nothing: Computed = {
  graph_id: '',
  plan: 'compiled',
  flops: 0,
  peak_bytes: 0,
  bytes_in: 0,
  bytes_out: 0,
  wasm: 0,
  interpreter: 0,
};
