// What a pool tells of itself as it happens: its workers' ends, requests that got no worker, and the way of those that did.

import type { PhaseTime } from '../observe/phases.ts';
import type { Measured } from './messages.ts';

/** Why a worker ended. The first three are stopped by the pool. */
export const endings = ['deadline', 'client_gone', 'stopping', 'out_of_memory', 'crash'] as const;
export type Ending = (typeof endings)[number];

/**
 * Why a request got no worker: the queue was full, it would have waited too long there or beyond its time limit, it did, or
 * the worker that had it next ended.
 */
export const turnings = ['full', 'long', 'late', 'waited', 'worker_ended'] as const;
export type Turning = (typeof turnings)[number];

export interface PoolObserver {
  /** A worker in place of another is ready. */
  workerReplaced(): void;
  workerEnded(cause: Ending): void;
  /** A worker was at a request for so long, milliseconds. */
  workerBusy(ms: number): void;
  turnedAway(cause: Turning): void;
}

/** What a request has been through, in milliseconds of the process's clock; complete with its answer. */
export interface Trail {
  readonly arrived: number;
  /** When it was sent to a worker, the last if there were several; 0 where it never was. */
  readonly sent: number;
  readonly settled: number;
  readonly measured: Measured | undefined;
  /** Found when somebody asks for them. */
  phases?: readonly PhaseTime[];
}
