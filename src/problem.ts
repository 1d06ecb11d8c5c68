// Anything thrown becomes application/problem+json (RFC 9457); the only place where a status code is chosen.

import type { Issue } from '../engine/index.ts';
import { EngineError, errorCatalogue } from '../engine/index.ts';
import type { ProblemType, ServiceLimits } from '../routes/endpoint.ts';
import type { ErrorCode, ErrorKind } from '../routes/errors.ts';
import { RequestError, serviceErrors } from '../routes/errors.ts';

const statusOf: Readonly<Record<ErrorKind, number>> = {
  malformed: 400,
  unauthenticated: 401,
  forbidden: 403,
  unknown: 404,
  method: 405,
  'too-slow': 408,
  'too-large': 413,
  unsupported: 415,
  expectation: 417,
  uncomputable: 422,
  limit: 422,
  'too-many': 429,
  'headers-too-large': 431,
  // Nobody reads this answer; the log does. The number is nginx's.
  cancelled: 499,
  bug: 500,
  busy: 503,
  deadline: 504,
};

const slug = (code: ErrorCode): string => code.slice('E_'.length).toLowerCase().replaceAll('_', '-');

const catalogue = { ...errorCatalogue, ...serviceErrors };
const types = new Map<ErrorCode, ProblemType>(
  (Object.entries(catalogue) as [ErrorCode, { kind: ErrorKind; title: string }][]).map(([code, { kind, title }]) => [
    code,
    { type: `/problems/${slug(code)}`, title, status: statusOf[kind], code, kind },
  ]),
);

/** Every error there is, by the last part of its type's address. */
export const problemTypes: ReadonlyMap<string, ProblemType> = new Map(
  [...types].map(([code, type]) => [slug(code), type]),
);

interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly code: ErrorCode;
  readonly errors: readonly Issue[];
}

export interface ProblemAnswer {
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;
  /** Ours, not the caller's: worth a line in the log. */
  readonly bug: boolean;
}

/** The bounds that errors of the HTTP server quote. */
export type Bounds = Pick<ServiceLimits, 'body_bytes' | 'header_bytes' | 'arrival_ms'>;

/** The answer to a request that failed; `requestId` is how the caller and the log name it. */
export function problemOf(error: unknown, requestId: string, bounds: Bounds): ProblemAnswer {
  const known = recognise(error, bounds);
  const { type, title, status, code, kind } = types.get(known.code)!;
  const { issues } = known;
  const first = brief(issues[0].message);
  const detail = issues.length > 1 ? `${first} (${issues.length} mistakes in all.)` : first;
  const headers: Record<string, string> = { ...known.headers };
  if (known.retryAfter !== undefined) headers['retry-after'] = String(known.retryAfter);
  return {
    problem: {
      type,
      title,
      status,
      detail,
      instance: `urn:request:${encodeURIComponent(requestId)}`,
      code,
      errors: issues.map(plain),
    },
    headers,
    bug: kind === 'bug',
  };
}

/** The members that the contract names, in its order, and nothing else that an issue may carry. */
const plain = ({ pointer, line, column, message, hint }: Issue): Issue => ({
  pointer: pointer === undefined ? undefined : brief(pointer),
  line,
  column,
  message: brief(message),
  hint: hint === undefined ? undefined : brief(hint),
});

/** Messages and pointers quote the request, which may have a name of a million letters or a number of a million digits. */
function brief(text: string): string {
  if (text.length <= 500) return text;
  const shorter = text.replaceAll(/[^\s"]{100,}/g, (word) => `${word.slice(0, 60)}…`);
  return shorter.length <= 2000 ? shorter : `${shorter.slice(0, 2000)}…`;
}

function recognise(error: unknown, bounds: Bounds): RequestError {
  if (error instanceof RequestError) return error;
  if (error instanceof EngineError) return new RequestError(error.code, error.issues);
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  const code = String((error as { code?: unknown } | null)?.code);
  const made = serverErrors[code] ?? bounded[code]?.(bounds);
  if (made !== undefined) return made;
  // What is left of Fastify's and its plugins' own: their messages are theirs, so they stay in the log.
  if (status === 404) return new RequestError('E_NOT_FOUND', [{ message: 'There is nothing at this address.' }]);
  if (status === 413) return bodyTooLarge(bounds);
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new RequestError('E_HTTP', [{ message: 'The request is not well formed.' }]);
  }
  return new RequestError('E_INTERNAL', [
    {
      message: 'This is a mistake of the server, not of the request.',
      hint: 'Report it with the id in "instance".',
    },
  ]);
}

const bodyTooLarge = ({ body_bytes }: Bounds): RequestError =>
  new RequestError('E_BODY_TOO_LARGE', [
    {
      message: `The body is larger than ${body_bytes} bytes.`,
      hint: 'GET /v1/limits tells the limits; "encoding": "base64" and Content-Encoding: gzip make bodies smaller.',
    },
  ]);

/** Errors of Fastify and of Node's HTTP parser that are about a bound, by their code. */
const bounded: Readonly<Record<string, (bounds: Bounds) => RequestError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: bodyTooLarge,
  ERR_HTTP_REQUEST_TIMEOUT: ({ arrival_ms }) =>
    new RequestError('E_REQUEST_TIMEOUT', [{ message: `The request did not arrive within ${arrival_ms} ms.` }]),
  HPE_HEADER_OVERFLOW: ({ header_bytes }) =>
    new RequestError('E_HEADERS_TOO_LARGE', [
      { message: `The first line and the headers are larger than ${header_bytes} bytes together.` },
    ]),
};

/** The others, by their code. */
const serverErrors: Readonly<Record<string, RequestError>> = {
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: new RequestError('E_HTTP', [
    { message: 'The body is not as long as its Content-Length says.' },
  ]),
  FST_ERR_BAD_URL: new RequestError('E_HTTP', [
    { message: 'The address is not well formed: a % escape in it is wrong.' },
  ]),
  FST_ERR_MAX_PARAM_LENGTH: new RequestError('E_NOT_FOUND', [
    { message: 'There is nothing at this address: it is too long.' },
  ]),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: new RequestError('E_CONTENT_TYPE', [
    { message: 'This content type is not spoken here.' },
  ]),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: new RequestError('E_BODY_TOO_LARGE', [
    { message: 'The chunk extensions are too large.' },
  ]),
};

/** The answer to what never became a request, as bytes for the socket; the error is ours or Node's HTTP parser's. */
export function rawProblem(
  error: Error & { readonly code?: string },
  requestId: string,
  bounds: Bounds,
): { readonly code: ErrorCode; readonly text: string } {
  const { code = '' } = error;
  const known = error instanceof RequestError || code in serverErrors || code in bounded;
  const said = known ? error : new RequestError('E_HTTP', [{ message: 'This is not well-formed HTTP/1.1.' }]);
  const { problem, headers } = problemOf(said, requestId, bounds);
  const body = JSON.stringify(problem);
  const text = [
    `HTTP/1.1 ${problem.status} ${problem.title}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    'connection: close',
    '',
    body,
  ].join('\r\n');
  return { code: problem.code, text };
}
