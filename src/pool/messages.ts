// What the main thread and a worker tell each other: plain data, small but for the bytes.

import type { Issue, Vectors } from '../../engine/index.ts';
import type { ServiceLimits } from '../../routes/endpoint.ts';
import type { ErrorCode } from '../../routes/errors.ts';
import type { SharingSetup } from './sharing.ts';
import type { TeamSetup } from './team-control.ts';

/** How a body is compressed, in HTTP's words. */
export const codings = ['identity', 'gzip', 'deflate'] as const;
export type Coding = (typeof codings)[number];

/** A request for a worker: the bytes as they came. */
export interface Job {
  /** The endpoint's id. */
  readonly endpoint: string;
  readonly body: Uint8Array;
  readonly coding: Coding;
}

export interface Task extends Job {
  /** The job's number in the pool. */
  readonly job: number;
  /** How long it was in the queue, milliseconds. */
  readonly waited: number;
}

/** An answer, a mistake of the caller's, or one of ours. */
export type Outcome =
  | { readonly kind: 'answer'; readonly type: string; readonly body: Uint8Array }
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly issues: readonly Issue[] }
  /** Its own time limit passed in the queue, and was only read now: nothing was computed. */
  | { readonly kind: 'late'; readonly timeout_ms: number }
  | { readonly kind: 'bug'; readonly error: string };

/** A worker has read how long its request may take. */
export interface TimeLimit {
  readonly job: number;
  readonly timeout_ms: number;
}

/** What a worker starts with. */
export interface WorkerSetup {
  readonly limits: ServiceLimits;
  readonly planCacheBytes: number;
  readonly vectors: Vectors;
  /** What it shares with the others; absent where it is alone. */
  readonly sharing?: SharingSetup;
  /** Threads that help with large work, where there are any. */
  readonly team?: TeamSetup;
}
