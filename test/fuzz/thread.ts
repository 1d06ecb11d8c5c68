// The thread in which a target is fuzzed: counts coverage, explores, and posts what it found.

import { parentPort, workerData } from 'node:worker_threads';
import { watchCoverage } from './coverage.ts';
import { explore } from './explore.ts';
import { seeded } from './mutate.ts';

export interface Assignment {
  readonly target: string;
  readonly seed: number;
  readonly until: number;
  readonly corpus: readonly Uint8Array[];
  /** Where the input under way is written: the number of inputs so far, its length, its bytes. */
  readonly underWay: SharedArrayBuffer;
}

/** What a thread posts when it is done. */
export interface Report {
  readonly runs: number;
  readonly blocks: number;
  readonly kept: readonly Uint8Array[];
  readonly findings: readonly { readonly input: Uint8Array; readonly trace: string }[];
}

const { target, seed, until, corpus, underWay } = workerData as Assignment;
// Before anything of ours is loaded: what is compiled before is not counted.
const coverage = watchCoverage((url) => /\/(engine|routes|src)\/.*\.ts$/.test(url));
const { targets } = await import('./targets.ts');
const header = new Int32Array(underWay, 0, 2);
const bytes = new Uint8Array(underWay, 8);

const { runs, blocks, kept, findings } = explore(targets[target as keyof typeof targets], {
  coverage,
  random: seeded(seed),
  corpus,
  goesOn: () => Date.now() < until,
  before(input) {
    bytes.set(input);
    header[1] = input.length;
    Atomics.add(header, 0, 1);
  },
});
parentPort!.postMessage({
  runs,
  blocks,
  kept,
  findings: findings.map(({ input, error }) => ({
    input,
    trace: error instanceof Error ? (error.stack ?? error.message) : String(error),
  })),
} satisfies Report);
