// The log: JSON lines by pino, one for each request, without secrets and without anything of a request's numbers.

import type { FastifyReply, FastifyRequest } from 'fastify';
import { LogController } from 'fastify';
import type { LoggerOptions } from 'pino';
import type { Trail } from '../pool/observer.ts';
import { phasesOf } from './phases.ts';
import type { Followed } from './traffic.ts';

/** Nothing logs these today: a line that does by mistake does not give them away. */
const secrets = [
  'authorization',
  'body',
  'cookie',
  'headers',
  'inputs',
  'key',
  'api_key',
  'password',
  'secret',
  'token',
];

export const logOptions = (level: string): LoggerOptions => ({
  level,
  redact: { paths: [...secrets, 'req.headers', 'res.headers'], censor: '[redacted]' },
  serializers: { err: plainError },
});

/** Longer messages quote what they are about. */
const mostLetters = 1000;

interface PlainError {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: PlainError;
}

/** Of an error only what names it and its place: others of its members may hold a request (Node's `rawPacket`). */
function plainError(error: unknown): PlainError {
  if (!(error instanceof Error)) {
    const { stack } = (error ?? {}) as { stack?: unknown };
    return { type: typeof error, message: brief(typeof stack === 'string' ? stack : String(error)) };
  }
  const { code } = error as { code?: unknown };
  return {
    type: error.name,
    message: brief(error.message),
    ...(typeof code === 'string' && { code }),
    ...(error.stack !== undefined && { stack: brief(error.stack, 4 * mostLetters) }),
    ...(error.cause !== undefined && { cause: plainError(error.cause) }),
  };
}

const brief = (text: string, most = mostLetters): string => (text.length <= most ? text : `${text.slice(0, most)}…`);

/** Fastify's own lines are two for each request, and one for an address that there is not: src/observe/traffic.ts has one. */
export class Quiet extends LogController {
  override incomingRequest(): void {}
  override routeNotFound(): void {}

  override requestCompleted(error: Error | null | undefined, _request: FastifyRequest, reply: FastifyReply): void {
    if (error) reply.log.error({ err: error }, 'the answer could not be sent');
  }
}

/** What a line says of a request: who asked for what, what came of it, what it cost, and how long each phase took. */
export function lineOf(
  { method, url, caller }: FastifyRequest,
  followed: Followed,
  status: number,
  ms: number,
): object {
  const { route, code, trace, trail } = followed;
  const computed = trail?.measured?.computed;
  return {
    method,
    url: pathOf(url),
    // Absent where the address could not be read.
    ...(caller && { caller: caller.name }),
    route,
    status,
    ms: rounded(ms),
    ...(code !== undefined && { code }),
    ...(trace !== undefined && { trace_id: trace }),
    ...(trail !== undefined && timesOf(trail)),
    ...(computed !== undefined && {
      graph_id: computed.graph_id,
      plan: computed.plan,
      flops: computed.flops,
      peak_bytes: computed.peak_bytes,
      bytes_in: computed.bytes_in,
      bytes_out: computed.bytes_out,
    }),
  };
}

const timesOf = (trail: Trail): object =>
  Object.fromEntries(phasesOf(trail).map(({ phase, ms }) => [`${phase}_ms`, rounded(ms)]));

/** Without the query, where a caller may have put a secret; and no longer than an address of ours. */
export const pathOf = (url: string): string => url.split('?', 1)[0].slice(0, 200);

/** Microseconds are enough. */
const rounded = (ms: number): number => Math.round(ms * 1000) / 1000;
