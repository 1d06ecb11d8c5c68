// The examples of openapi.yaml: each documented request, with the answer that the engine gives it.

import type { EngineContext } from '../engine/index.ts';
import { createMachine } from '../engine/index.ts';
import type { Example, ProblemType, WorkerEndpoint } from '../routes/endpoint.ts';
import { RequestError } from '../routes/errors.ts';
import { readConfig } from '../src/config.ts';
import { validator } from '../src/pool/validate.ts';
import { problemOf } from '../src/problem.ts';
import { limitsOf } from '../src/service.ts';

/** An example with its answer; the answer stands under the example's name beside its status. */
export interface Shown {
  readonly name: string;
  readonly summary: string;
  readonly body?: Example['body'];
  readonly status: number;
  readonly type: string;
  readonly answer: unknown;
}

/** The same document comes out whenever and wherever it is generated: no clock, no new ids, no fused multiply-add. */
const limits = limitsOf(readConfig({}));
const context: EngineContext = { limits, now: () => 0, machine: createMachine({ wide: false, fma: false }) };
const requestId = '1b4e28ba-2fa1-4d1e-883f-0016d3cca427';

export async function showExamples(endpoint: WorkerEndpoint): Promise<Shown[]> {
  const validate = validator(endpoint.request);
  const shown: Shown[] = [];
  for (const example of endpoint.examples) shown.push({ ...example, ...(await answered(endpoint, example, validate)) });
  return shown;
}

async function answered(
  { work }: WorkerEndpoint,
  { body }: Example,
  validate: (value: unknown) => void,
): Promise<Pick<Shown, 'status' | 'type' | 'answer'>> {
  try {
    validate(body);
    const { type, body: bytes } = await work(body, context);
    const text = typeof bytes === 'string' ? bytes : new TextDecoder().decode(bytes);
    return { status: 200, type, answer: type === 'application/json' ? JSON.parse(text) : text };
  } catch (error) {
    const { problem, bug } = problemOf(error, requestId, limits);
    if (bug) throw error;
    return { status: problem.status, type: 'application/problem+json', answer: plain(problem) };
  }
}

/** An error that a local endpoint can give. */
export function showProblem({ code, status, title }: ProblemType): Shown {
  return {
    name: nameOf(code),
    summary: title,
    status,
    type: 'application/problem+json',
    answer: example(new RequestError(code, [{ message: messages[code] ?? `${title}.` }])),
  };
}

const messages: Readonly<Record<string, string>> = {
  E_NOT_FOUND: 'There is nothing of the name "tahn".',
  E_STARTING: 'The workers are warming up.',
  E_BUSY: 'The queue is full: 1024 requests wait.',
  E_STOPPING: 'The server is stopping.',
};

const nameOf = (code: string): string => code.slice('E_'.length).toLowerCase();
const example = (error: unknown): unknown => plain(problemOf(error, requestId, limits).problem);
/** As it crosses the wire: members that are undefined are not there. */
const plain = (problem: object): unknown => JSON.parse(JSON.stringify(problem));

/** Which addresses give it: all, those that compute, or those that not everyone may use. */
type Where = 'everywhere' | 'computing' | 'guarded';

interface CommonProblem {
  /** Of the component. */
  readonly name: string;
  readonly status: number;
  readonly description: string;
  readonly where: Where;
  readonly examples: readonly Shown[];
}

/** What can be answered whatever the request says. */
export const commonProblems: readonly CommonProblem[] = [
  common(
    'KeyNeeded',
    'guarded',
    'A key or token is needed and was not given, or does not hold; `WWW-Authenticate` says which.',
    new RequestError('E_UNAUTHENTICATED', [
      { message: 'A key is needed here.', hint: 'Send the header Authorization: Bearer KEY.' },
    ]),
  ),
  common(
    'NotAllowed',
    'guarded',
    'The key or token does not have the scope.',
    new RequestError('E_FORBIDDEN', [{ message: 'This needs the scope "compute", which "reader" does not have.' }]),
  ),
  common(
    'TooMany',
    'guarded',
    'More requests of this caller than its rate, or its places, allow; `Retry-After` says when to try again.',
    new RequestError('E_RATE', [
      { message: 'More than 600 requests a minute came from this caller.', hint: 'The next minute begins in 12 s.' },
    ]),
  ),
  common(
    'TooSlow',
    'computing',
    'The request did not arrive in time.',
    Object.assign(new Error(), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }),
  ),
  common('BodyTooLarge', 'computing', 'The body is over the limit, before or after decompression.', {
    code: 'FST_ERR_CTP_BODY_TOO_LARGE',
  }),
  common(
    'NotSpoken',
    'computing',
    'The content type or the content encoding is not spoken.',
    new RequestError('E_CONTENT_TYPE', [
      {
        message: 'The content type is "text/csv", and should be application/json in UTF-8.',
        hint: 'Send the header Content-Type: application/json.',
      },
    ]),
  ),
  common('HeadersTooLarge', 'everywhere', 'The headers are over 16 kB.', { code: 'HPE_HEADER_OVERFLOW' }),
  common('ServerMistake', 'everywhere', 'A mistake of the server. The log has the request’s id.', new Error()),
  common(
    'Busy',
    'everywhere',
    'The queue is full, or the server is stopping; `Retry-After` says when to try again.',
    new RequestError('E_BUSY', [{ message: 'The queue is full: 1024 requests wait for 2 workers.' }]),
  ),
  common(
    'DeadlinePassed',
    'computing',
    'The time limit passed; the worker was stopped and replaced.',
    new RequestError('E_DEADLINE', [
      {
        message: 'The time limit of 30000 ms passed, and the computation was stopped.',
        hint: '"timeout_ms" may ask for up to 300000.',
      },
    ]),
  ),
];

function common(name: string, where: Where, description: string, error: unknown): CommonProblem {
  const { problem } = problemOf(error, requestId, limits);
  const shown: Shown = {
    name: nameOf(problem.code),
    summary: problem.title,
    status: problem.status,
    type: 'application/problem+json',
    answer: plain(problem),
  };
  return { name, status: problem.status, description, where, examples: [shown] };
}
