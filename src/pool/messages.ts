// What the main thread and a worker tell each other: plain data, small but for the bytes.

import type { Issue, Report, Vectors } from '../../engine/index.ts';
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
  /** Who shares one part of the workers' time; requests without it share one. */
  readonly caller?: string;
}

export interface Task {
  readonly endpoint: string;
  readonly body: Uint8Array;
  readonly coding: Coding;
  /** The job's number in the pool. */
  readonly job: number;
  /** How long it was in the queue, milliseconds. */
  readonly waited: number;
  /** A plan of more operations comes back as `heavy`; absent where any plan may run. */
  readonly mostFlops?: number;
}

/** An answer, a mistake of the caller's, or one of ours; and what it took, where the worker says so. */
export type Outcome = Result & { readonly measured?: Measured };

export type Result =
  | { readonly kind: 'answer'; readonly type: string; readonly body: Uint8Array }
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly issues: readonly Issue[] }
  /** Its own time limit passed in the queue, and was only read now: nothing was computed. */
  | { readonly kind: 'late'; readonly timeout_ms: number }
  /** More operations than the task allows: nothing was computed. */
  | { readonly kind: 'heavy'; readonly flops: number }
  | { readonly kind: 'bug'; readonly error: string };

/** What a request took in its worker: the phases one after another, in milliseconds. */
export interface Measured {
  /** When the worker took it, in milliseconds since the epoch. */
  readonly begun: number;
  /** From bytes to a checked request. */
  readonly decode_ms: number;
  readonly compile_ms: number;
  readonly run_ms: number;
  /** From results to bytes. */
  readonly encode_ms: number;
  /** What was computed: absent where nothing was, the last where it was several things. */
  readonly computed?: Computed;
}

/** What was computed, in sums over all computations of a request. An explanation has a cost and runs nothing. */
export interface Computed extends Pick<
  Report,
  'graph_id' | 'plan' | 'flops' | 'peak_bytes' | 'bytes_in' | 'bytes_out'
> {
  /** Computations by compiled code. */
  readonly wasm: number;
  readonly interpreter: number;
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
