// GET /healthz and /readyz: whether the process lives, and whether it wants traffic.

import { Type } from '@sinclair/typebox';
import type { HostState } from '../endpoint.ts';
import { jsonAnswer, localEndpoint } from '../endpoint.ts';
import type { ErrorCode } from '../errors.ts';
import { RequestError } from '../errors.ts';
import { Limits } from './limits.ts';
import { strict } from './schema.ts';

const count = (description: string) => Type.Integer({ minimum: 0, description });

export const liveness = localEndpoint({
  id: 'liveness',
  method: 'GET',
  path: '/healthz',
  access: 'public',
  quiet: true,
  doc: {
    tag: 'operations',
    summary: 'Tell whether the process lives',
    description: 'Answers as long as the process does; a failure is a reason to restart it.',
    answers: { 'application/json': strict({ status: Type.Literal('ok') }, { $id: 'Liveness' }) },
    errors: [],
  },
  answer: () => jsonAnswer({ status: 'ok' }),
});

export const readiness = localEndpoint({
  id: 'readiness',
  method: 'GET',
  path: '/readyz',
  access: 'public',
  quiet: true,
  doc: {
    tag: 'operations',
    summary: 'Tell whether requests are welcome',
    description:
      'Not before every worker is warm, not while the queue is full or every worker is being replaced, and not once the ' +
      'server is stopping. The answer tells the load and every limit.',
    answers: {
      'application/json': strict(
        {
          status: Type.Literal('ready'),
          workers: strict({
            size: count('How many there are.'),
            ready: count('How many are warm; the others are being replaced.'),
            busy: count('How many are computing.'),
          }),
          queue: strict({ length: count('Requests that wait for a worker.'), limit: count('How many may.') }),
          vectors: strict({
            bits: Type.Union([Type.Literal(128), Type.Literal(256)], { description: 'Of the vectors that compute.' }),
            detail: Type.String({ description: 'Why they are not wider, or what makes them so.' }),
          }),
          limits: Limits,
        },
        { $id: 'Readiness' },
      ),
    },
    errors: ['E_STARTING', 'E_BUSY', 'E_STOPPING'],
  },
  answer(_params, host) {
    const state = host.state();
    const problem = unready(state);
    if (problem !== undefined) throw problem;
    const { workers, queue } = state;
    return jsonAnswer({ status: 'ready', workers, queue, vectors: host.vectors, limits: host.limits });
  },
});

/** Why requests had better go elsewhere, if they had. */
export function unready({ phase, workers, queue }: HostState): RequestError | undefined {
  const problem = (code: ErrorCode, message: string) => new RequestError(code, [{ message }], { retryAfter: 1 });
  if (phase === 'starting') return problem('E_STARTING', 'The workers are warming up.');
  if (phase === 'stopping') return problem('E_STOPPING', 'The server is stopping.');
  if (workers.ready === 0) return problem('E_BUSY', 'Every worker is being replaced.');
  if (queue.length >= queue.limit && workers.busy >= workers.ready) {
    return problem('E_BUSY', `The queue is full: ${queue.length} requests wait.`);
  }
  return undefined;
}
