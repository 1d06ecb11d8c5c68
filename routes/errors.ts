// The errors of the service itself, beside the engine's: what can go wrong before and around a computation.

import type { ErrorCode as EngineErrorCode, ErrorKind as EngineErrorKind, Issue } from '../engine/index.ts';

/** What went wrong; src/problem.ts gives each kind its HTTP status. */
export type ErrorKind =
  | EngineErrorKind
  | 'unauthenticated'
  | 'forbidden'
  | 'method'
  | 'too-slow'
  | 'too-large'
  | 'headers-too-large'
  | 'unsupported'
  | 'expectation'
  | 'too-many'
  | 'cancelled'
  | 'busy'
  | 'bug';

/** Each code of the service, its kind and the title a client shows. */
export const serviceErrors = {
  E_HTTP: { kind: 'malformed', title: 'The HTTP message is not well formed' },
  E_COMPRESSION: { kind: 'malformed', title: 'The compressed body cannot be decompressed' },
  E_JSON: { kind: 'malformed', title: 'The body is not JSON' },
  E_UNAUTHENTICATED: { kind: 'unauthenticated', title: 'A valid key or token is needed' },
  E_FORBIDDEN: { kind: 'forbidden', title: 'The key or token does not allow this' },
  E_NOT_FOUND: { kind: 'unknown', title: 'There is nothing at this address' },
  E_METHOD: { kind: 'method', title: 'The address does not take this method' },
  E_REQUEST_TIMEOUT: { kind: 'too-slow', title: 'The request took too long to arrive' },
  E_BODY_TOO_LARGE: { kind: 'too-large', title: 'The body is too large' },
  E_HEADERS_TOO_LARGE: { kind: 'headers-too-large', title: 'The headers are too large' },
  E_CONTENT_TYPE: { kind: 'unsupported', title: 'The content type is not spoken here' },
  E_CONTENT_ENCODING: { kind: 'unsupported', title: 'The content encoding is not spoken here' },
  E_EXPECTATION: { kind: 'expectation', title: 'The expectation cannot be met' },
  E_RATE: { kind: 'too-many', title: 'The caller sends too many requests' },
  E_CONCURRENCY: { kind: 'too-many', title: 'The caller has too many requests under way' },
  E_CLIENT_GONE: { kind: 'cancelled', title: 'The client went away' },
  E_BUSY: { kind: 'busy', title: 'The server is busy' },
  E_STARTING: { kind: 'busy', title: 'The server is starting' },
  E_STOPPING: { kind: 'busy', title: 'The server is stopping' },
  E_ISSUER: { kind: 'busy', title: 'The issuer of tokens cannot be reached' },
  E_INTERNAL: { kind: 'bug', title: 'The server made a mistake' },
} as const satisfies Record<string, { readonly kind: ErrorKind; readonly title: string }>;

export type ErrorCode = EngineErrorCode | keyof typeof serviceErrors;

interface Extras {
  /** Headers that the answer carries: Allow, Accept-Encoding. */
  readonly headers?: Readonly<Record<string, string>>;
  /** When it is worth trying again, in seconds. */
  readonly retryAfter?: number;
}

/** A request that gets an error for an answer: a code, and what is wrong where. */
export class RequestError extends Error {
  readonly code: ErrorCode;
  readonly issues: readonly Issue[];
  readonly headers: Readonly<Record<string, string>>;
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, issues: readonly Issue[], { headers = {}, retryAfter }: Extras = {}) {
    // Where it was thrown tells nobody anything, and to find that out takes longer than all else of a refusal.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(issues[0]?.message ?? code);
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'RequestError';
    this.code = code;
    this.issues = issues;
    this.headers = headers;
    this.retryAfter = retryAfter;
  }
}
