// Traces of requests: what the service needs of a tracer, which is loaded only where the operator wants traces.

import type { IncomingHttpHeaders } from 'node:http';
import type { Config } from '../config.ts';
import type { ErrorCode } from '../../routes/errors.ts';
import type { Trail } from '../pool/observer.ts';

export interface Begun {
  readonly id: string;
  readonly method: string;
  readonly route: string;
  /** http or https. */
  readonly scheme: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

export interface RequestSpan {
  readonly traceId: string;
  /** Adds the phases, from the queue to the answer. */
  worked(trail: Trail): void;
  end(status: number, code: ErrorCode | undefined): void;
}

export interface Tracing {
  /** Begins the span of a request, under that of its caller where `traceparent` names one. */
  begin(request: Begun): RequestSpan;
  /** Sends what is left; gives up where the collector does not answer. */
  close(): Promise<void>;
}

/** Undefined where no collector is named: then nothing of OpenTelemetry is loaded. */
export async function startTracing(
  config: Config,
  version: string,
  warn: (error: unknown) => void,
): Promise<Tracing | undefined> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: base, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: exact } = config;
  if (base === '' && exact === '') return undefined;
  const url = exact === '' ? `${base.replace(/\/$/, '')}/v1/traces` : exact;
  const { traceTo } = await import('./otlp.ts');
  return traceTo(url, config, version, warn);
}

/** The trace id in a W3C traceparent (version-traceid-parentid-flags), so that a line of the log can be found by it. */
export function traceIdOf(traceparent: string | string[] | undefined): string | undefined {
  if (typeof traceparent !== 'string') return undefined;
  const id = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}/.exec(traceparent)?.[1];
  return id === '0'.repeat(32) ? undefined : id;
}
