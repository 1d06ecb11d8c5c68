// What an endpoint is: one data object that the application routes, a worker runs, and openapi.yaml documents.

import type { Static, TObject, TSchema } from '@sinclair/typebox';
import type { EngineContext, Limits } from '../engine/index.ts';
import type { ErrorCode, ErrorKind } from './errors.ts';

export type Tag = 'compute' | 'catalogue' | 'operations';

/** What a caller may be allowed: to compute, to read the catalogue of ops, to read the metrics. */
export const scopes = ['compute', 'catalogue', 'metrics'] as const;
export type Scope = (typeof scopes)[number];
/** Who may ask: anyone, any caller that the server knows, or one with a scope. */
export type Access = 'public' | 'caller' | Scope;

/** Who sends a request. */
export interface Caller {
  /** Of this caller alone, whatever kind it is. */
  readonly id: string;
  /** As logs name it. */
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
  /** Requests it may send a minute; 0: any number. */
  readonly ratePerMinute: number;
  /** Requests it may have under way; 0: any number. */
  readonly concurrency: number;
}

/** A successful answer: bytes or text of one media type. */
export interface Answer {
  readonly type: string;
  readonly body: Uint8Array | string;
  readonly headers?: Readonly<Record<string, string>>;
  /** 200 where it is absent. */
  readonly status?: number;
}

interface Documented {
  /** The operationId, and the name a worker knows the endpoint by. */
  readonly id: string;
  /** As OpenAPI writes it: /v1/ops/{name}. */
  readonly path: string;
  readonly access: Access;
  /** Absent: left out of openapi.yaml. */
  readonly doc?: {
    readonly tag: Tag;
    readonly summary: string;
    readonly description: string;
    /** The body of each media type that a 200 can have. */
    readonly answers: Readonly<Record<string, TSchema>>;
    /** Errors this endpoint gives beside those that any address can give. */
    readonly errors: readonly ErrorCode[];
  };
}

/** A request by example; the first of an endpoint also warms each worker up. */
export interface Example {
  readonly name: string;
  readonly summary: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Answered in a worker thread: the body's bytes go there untouched. */
export interface WorkerEndpoint<Request extends TSchema = TSchema> extends Documented {
  readonly method: 'POST';
  readonly request: Request;
  readonly examples: readonly Example[];
  /** `request` has passed its schema. */
  work(request: Static<Request>, context: EngineContext): Answer | Promise<Answer>;
}

/** Answered at once, from what the process holds. */
export interface LocalEndpoint<Params extends TObject = TObject> extends Documented {
  readonly method: 'GET';
  readonly params?: Params;
  /** Probes ask all day: their requests are not worth a line in the log. They are answered while the server stops. */
  readonly quiet?: boolean;
  /** `caller` is null where the server neither knows nor limits anybody. */
  answer(params: Static<Params>, host: Host, caller: Caller | null): Answer | Promise<Answer>;
}

export type Endpoint = WorkerEndpoint | LocalEndpoint;

export const isWorkerEndpoint = (endpoint: Endpoint): endpoint is WorkerEndpoint => endpoint.method === 'POST';

/** Types an endpoint by its own schema and forgets the type: the list of endpoints holds all sorts. */
export const workerEndpoint = <Request extends TSchema>(endpoint: WorkerEndpoint<Request>): WorkerEndpoint => endpoint;
export const localEndpoint = <Params extends TObject>(endpoint: LocalEndpoint<Params>): LocalEndpoint => endpoint;

/** What an endpoint may know of the process it runs in. */
export interface Host {
  readonly contract: { readonly yaml: string; readonly json: string };
  /** Every error there is, by the last part of its type's address. */
  readonly problems: ReadonlyMap<string, ProblemType>;
  readonly limits: ServiceLimits;
  readonly vectors: VectorWidth;
  readonly state: () => HostState;
  /** What has been counted and measured, as Prometheus reads it. */
  readonly metrics: () => Promise<Answer>;
}

export interface ProblemType {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly kind: ErrorKind;
}

/** How wide the vectors of compiled code are. */
export interface VectorWidth {
  readonly bits: 128 | 256;
  /** Why. */
  readonly detail: string;
}

export interface HostState {
  readonly phase: 'starting' | 'ready' | 'stopping';
  readonly workers: { readonly size: number; readonly ready: number; readonly busy: number };
  readonly queue: { readonly length: number; readonly limit: number };
}

/** Every bound a request can meet. */
export interface ServiceLimits extends Limits {
  readonly body_bytes: number;
  readonly decompressed_bytes: number;
  readonly json_depth: number;
  readonly json_bytes: number;
  readonly timeout_ms: number;
  readonly max_timeout_ms: number;
  readonly arrival_ms: number;
  readonly header_bytes: number;
}

/** A JSON answer made on the main thread: small and plain. */
export const jsonAnswer = (value: unknown): Answer => ({ type: 'application/json', body: JSON.stringify(value) });
