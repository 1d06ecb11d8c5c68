// What the workers of a pool have in common beside its team: compiled code, and counts of how it fares.

import type { CodeSetup } from './code-control.ts';
import { hostCode } from './code-host.ts';
import type { CountsSetup, SharedStats } from './counts.ts';
import { PoolCounts } from './counts.ts';

export interface SharingSetup {
  readonly code: CodeSetup;
  readonly counts: CountsSetup;
}

export interface Sharing {
  /** For the workers. */
  readonly setup: SharingSetup;
  /** A worker has ended: its thread runs no more. */
  ended(threadId: number): void;
  stats(): SharedStats;
  close(): void;
}

interface Options {
  /** Threads that may be there at a time, those that are ending included; of more, the rest is not counted. */
  readonly threads: number;
  /** Of modules that the main thread holds. */
  readonly maxCodeBytes: number;
  readonly log: { warn(details: object, message: string): void };
}

export function startSharing({ threads, maxCodeBytes, log }: Options): Sharing {
  const counts = new PoolCounts(threads);
  const code = hostCode(maxCodeBytes, ({ graph_id, error }) =>
    log.warn({ graph_id, trap: error }, 'compiled code stopped where the interpreter found no mistake'),
  );
  return {
    setup: { code: code.setup, counts: counts.setup },
    ended(threadId) {
      code.ended(threadId);
      counts.ended(threadId);
    },
    stats() {
      const { hits, misses, evictions, plans, planBytes, memoryBytes, replaced, traps, ...made } = counts.sum();
      return {
        plans: { hits, misses, evictions, held: plans, bytes: planBytes },
        code: { ...made, ...code.counts() },
        traps,
        memory: { bytes: memoryBytes, replaced },
      };
    },
    close: code.close,
  };
}
