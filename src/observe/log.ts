// The log: JSON lines by pino, one for each request, without secrets and without anything of a request's numbers.

import type { FastifyReply, FastifyRequest } from 'fastify';
import { LogController } from 'fastify';
import type { LoggerOptions } from 'pino';
import type { Computed } from '../pool/messages.ts';
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
  const line: Line = { method, url: pathOf(url), route, status, ms: rounded(ms) };
  // Absent where the address could not be read.
  if (caller) line.caller = caller.name;
  if (code !== undefined) line.code = code;
  if (trace !== undefined) line.trace_id = trace;
  if (trail === undefined) return line;
  for (const { phase, ms } of phasesOf(trail)) line[fieldOf[phase]] = rounded(ms);
  const computed = trail.measured?.computed;
  if (computed === undefined) return line;
  line.graph_id = computed.graph_id;
  line.plan = computed.plan;
  line.flops = computed.flops;
  line.peak_bytes = computed.peak_bytes;
  line.bytes_in = computed.bytes_in;
  line.bytes_out = computed.bytes_out;
  return line;
}

type Writable<T> = { -readonly [key in keyof T]: T[key] };

/** Built field by field, since spreading parts costs as much as all else of a line. */
interface Line extends Writable<Partial<Omit<Computed, 'wasm' | 'interpreter'>>> {
  readonly method: string;
  readonly url: string;
  readonly route: string;
  readonly status: number;
  readonly ms: number;
  caller?: string;
  code?: string;
  trace_id?: string;
  queue_ms?: number;
  decode_ms?: number;
  compile_ms?: number;
  run_ms?: number;
  encode_ms?: number;
}

const fieldOf = {
  queue: 'queue_ms',
  decode: 'decode_ms',
  compile: 'compile_ms',
  run: 'run_ms',
  encode: 'encode_ms',
} as const;

/** Without the query, where a caller may have put a secret; and no longer than an address of ours. */
export const pathOf = (url: string): string => url.split('?', 1)[0].slice(0, 200);

/** Microseconds are enough. */
const rounded = (ms: number): number => Math.round(ms * 1000) / 1000;
