// What workers count, in memory that the main thread reads at any time: nobody has to be asked.

import type { PlanCounts } from '../../engine/index.ts';

/** How plans and their code fare in a pool: counts since it was started, and what is held now. Bytes are estimates but `memory`'s. */
export interface SharedStats {
  /** Of all workers; a request whose plan its worker had is a hit. */
  readonly plans: PlanCounts;
  readonly code: {
    /** Modules that a worker compiled, and that it took over from another. */
    readonly compiled: number;
    readonly received: number;
    /** How often a worker waited for what another was compiling. */
    readonly waited: number;
    /** Modules that the main thread holds for workers that come to need them. */
    readonly held: number;
    readonly bytes: number;
  };
  /** Compiled code that stopped where the interpreter found no mistake: bugs of ours. */
  readonly traps: number;
  /** The memories that plans compute in. */
  readonly memory: {
    readonly bytes: number;
    /** How often one was given back, having become much larger than what was needed. */
    readonly replaced: number;
  };
}

/** The same, and the threads that take requests, those for short work alone included. */
export interface PoolStats extends SharedStats {
  readonly threads: { readonly size: number; readonly ready: number; readonly busy: number };
}

/** Counts go on when their worker has ended; what it held is gone. */
const counted = ['hits', 'misses', 'evictions', 'compiled', 'received', 'waited', 'traps', 'replaced'] as const;
const held = ['plans', 'planBytes', 'memoryBytes'] as const;
const names = [...counted, ...held];
export type Counts = Record<(typeof names)[number], number>;

/** A row of numbers for each worker, and whose it is: 0 where it is nobody's. */
export interface CountsSetup {
  readonly owners: Int32Array<SharedArrayBuffer>;
  readonly numbers: Float64Array<SharedArrayBuffer>;
}

/** Rows for so many threads at a time. */
function createCounts(rows: number): CountsSetup {
  return {
    owners: new Int32Array(new SharedArrayBuffer(rows * Int32Array.BYTES_PER_ELEMENT)),
    numbers: new Float64Array(new SharedArrayBuffer(rows * names.length * Float64Array.BYTES_PER_ELEMENT)),
  };
}

/** A worker's side: takes a row and returns what writes it. Where there is no row left nothing is counted. */
export function joinCounts({ owners, numbers }: CountsSetup, threadId: number): (counts: Counts) => void {
  const row = owners.findIndex((_, i) => Atomics.compareExchange(owners, i, 0, threadId) === 0);
  if (row < 0) return () => {};
  return (counts) => names.forEach((name, i) => (numbers[row * names.length + i] = counts[name]));
}

/** The main thread's side. */
export class PoolCounts {
  readonly setup: CountsSetup;
  /** What workers that have ended counted. */
  readonly #ended = zeros();

  constructor(rows: number) {
    this.setup = createCounts(rows);
  }

  /** A worker has ended: its row is free. */
  ended(threadId: number): void {
    const { owners, numbers } = this.setup;
    const row = owners.indexOf(threadId);
    if (row < 0) return;
    const counts = this.#row(row);
    for (const name of counted) this.#ended[name] += counts[name];
    numbers.fill(0, row * names.length, (row + 1) * names.length);
    Atomics.store(owners, row, 0);
  }

  /** All workers together. */
  sum(): Counts {
    const sum = { ...this.#ended };
    this.setup.owners.forEach((owner, row) => {
      if (owner === 0) return;
      const counts = this.#row(row);
      for (const name of names) sum[name] += counts[name];
    });
    return sum;
  }

  #row(row: number): Counts {
    const counts = zeros();
    names.forEach((name, i) => (counts[name] = this.setup.numbers[row * names.length + i]));
    return counts;
  }
}

const zeros = (): Counts => Object.fromEntries(names.map((name) => [name, 0])) as Counts;
