// The Fastify application: limits, routes, hooks and errors; it listens to nothing.

import { randomUUID } from 'node:crypto';
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Fastify from 'fastify';
import type { Answer, Endpoint, Host, LocalEndpoint, WorkerEndpoint } from '../routes/endpoint.ts';
import { isWorkerEndpoint } from '../routes/endpoint.ts';
import { RequestError } from '../routes/errors.ts';
import type { Callers } from './access/callers.ts';
import { createGuard } from './access/guard.ts';
import type { Guard } from './access/guard.ts';
import { hidingKeys } from './access/path-key.ts';
import { readBodiesAsBytes } from './body.ts';
import type { Config } from './config.ts';
import { Quiet } from './observe/log.ts';
import type { Metrics } from './observe/metrics.ts';
import type { Traffic } from './observe/traffic.ts';
import { isProbe } from './observe/traffic.ts';
import type { Pace } from './overload/pace.ts';
import type { Transit } from './overload/transit.ts';
import { inTurns } from './overload/turns.ts';
import { registerCors } from './plugins/cors.ts';
import { registerDocs } from './plugins/docs.ts';
import { answerHeaders } from './plugins/security.ts';
import type { Coding } from './pool/messages.ts';
import { codings } from './pool/messages.ts';
import type { Pool } from './pool/pool.ts';
import { WorkerFault } from './pool/fault.ts';
import type { Bounds } from './problem.ts';
import { problemOf, problemTypes } from './problem.ts';
import { createHttpServer, hangUpOnStall, isLarge, takeLast, refuseConnection, refuseMessages } from './protocol.ts';
import { refuseOtherAddresses, refuseOtherMethods } from './refusals.ts';
import { tlsOptions } from './tls.ts';

export interface Dependencies {
  readonly pool: Pool;
  readonly endpoints: readonly Endpoint[];
  readonly contract: { readonly yaml: string; readonly document: object };
  readonly limits: Host['limits'];
  readonly vectors: Host['vectors'];
  readonly state: Host['state'];
  readonly callers: Callers;
  readonly pace: Pace;
  readonly transit: Transit;
  readonly traffic: Traffic;
  readonly metrics: Metrics;
  readonly log: FastifyBaseLogger;
}

export async function buildApp(config: Config, deps: Dependencies): Promise<FastifyInstance> {
  const { pool, traffic, metrics, pace, transit } = deps;
  const tls = tlsOptions(config);
  const app = Fastify({
    serverFactory: (handler) =>
      createHttpServer(inTurns(hidingKeys(handler, config.KEY_IN_PATH === 'allow'), probes(deps.endpoints)), {
        bounds: deps.limits,
        tls,
        refused: metrics.rejected,
      }),
    trustProxy: config.TRUST_PROXY === '' ? false : config.TRUST_PROXY,
    loggerInstance: deps.log,
    logController: new Quiet(),
    genReqId: ({ headers }) => requestId(headers['x-request-id']),
    forceCloseConnections: 'idle',
    // Ours says so as a problem, and lets the requests that are in flight be answered.
    return503OnClosing: false,
    clientErrorHandler: (error, socket) => refuseConnection(error, socket, deps.limits, metrics.rejected),
    frameworkErrors(error, request, reply) {
      traffic.follow(request, reply);
      void sendProblem(error, request, reply, deps.limits);
    },
    routerOptions: { ignoreTrailingSlash: true },
  });
  app.setValidatorCompiler(TypeBoxValidatorCompiler);
  readBodiesAsBytes(app, {
    limit: config.BODY_LIMIT_BYTES,
    begin: (request, drop) => transit.begin(callerOf(request), drop),
  });

  traffic.watch(app);
  // The port stays open while there are requests to wait for: those who come meanwhile are told to come back.
  app.addHook('preClose', async () => {
    traffic.stop();
    await traffic.drained();
    await takeLast(app.server);
    await traffic.drained();
    pool.stop();
  });
  const secure = answerHeaders(tls !== null);
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id).headers(secure);
    // Probes are answered to the end: that the server stops is no reason to kill it, and its last counts are worth reading.
    if (!traffic.stopping() || isProbe(request)) return done();
    done(new RequestError('E_STOPPING', [{ message: 'The server is stopping.' }], { retryAfter: 1 }));
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    // A connection that is kept open would keep the server from closing.
    if (traffic.stopping()) reply.header('connection', 'close');
    if (isLarge(payload)) {
      hangUpOnStall(reply.raw, config.ARRIVAL_MS);
      const passage = transit.begin(callerOf(request), () => reply.raw.destroy());
      passage.add(payload.byteLength);
      reply.raw.once('close', () => passage.end());
    }
    done(null, payload);
  });
  refuseMessages(app);
  await registerCors(app, config.CORS_ORIGINS);
  const guard = await createGuard(app, config, deps.callers);
  app.setErrorHandler((error, request, reply) => {
    const send = (): void => void sendProblem(error, request, reply, deps.limits);
    if (!isPaced(error) || isProbe(request)) send();
    else reply.raw.once('close', pace.hold(send));
  });

  const host: Host = {
    contract: { yaml: deps.contract.yaml, json: JSON.stringify(deps.contract.document) },
    problems: problemTypes,
    limits: deps.limits,
    vectors: deps.vectors,
    state: deps.state,
    metrics: metrics.read,
  };
  for (const endpoint of deps.endpoints) {
    if (isWorkerEndpoint(endpoint)) routeToWorker(app, endpoint, deps, guard);
    else routeLocally(app, endpoint, host, guard);
  }
  refuseOtherMethods(app, deps.endpoints);
  refuseOtherAddresses(app, deps.endpoints);
  await registerDocs(app, deps.contract.document, tls !== null);
  return app;
}

/** Whether an address is one of those that answer probes. */
function probes(endpoints: readonly Endpoint[]): (url: string) => boolean {
  const paths = new Set(
    endpoints.flatMap((endpoint) => (!isWorkerEndpoint(endpoint) && endpoint.quiet === true ? [endpoint.path] : [])),
  );
  return (url) => paths.has(url);
}

/** The caller's own id where it is sane: it goes into headers and logs. */
function requestId(given: string | string[] | undefined): string {
  return typeof given === 'string' && /^[\w.:+/=@-]{1,128}$/.test(given) ? given : randomUUID();
}

type Workers = Pick<Dependencies, 'pool' | 'traffic'>;

function routeToWorker(app: FastifyInstance, endpoint: WorkerEndpoint, { pool, traffic }: Workers, guard: Guard): void {
  const { id, path, method, access } = endpoint;
  app.route({
    method,
    url: path,
    onRequest: [
      ...guard(access),
      (request, _reply, done) => done(unspoken(request.headers) ?? pool.refusal(callerOf(request), announced(request))),
    ],
    handler(request, reply) {
      const body = request.body === undefined ? nothing : (request.body as Buffer);
      const { answer, trail, cancel } = pool.submit({
        endpoint: id,
        body,
        coding: codingOf(request.headers),
        caller: callerOf(request),
      });
      traffic.working(request, body.byteLength, cancel);
      answer.then(
        (made) => {
          traffic.worked(request, trail);
          return send(reply, made);
        },
        (error: RequestError) => {
          traffic.worked(request, trail);
          return reply.send(error);
        },
      );
    },
  });
}

const nothing = new Uint8Array(0);

/** Bytes of a body that has not come yet, as far as they are told. */
const announced = ({ headers }: FastifyRequest): number => Number(headers['content-length'] ?? 0);

/** Who shares one part of the workers' time. */
const callerOf = ({ caller, ip }: FastifyRequest): string => caller?.id ?? ip;

function routeLocally(app: FastifyInstance, endpoint: LocalEndpoint, host: Host, guard: Guard): void {
  const { path, method, access, params, quiet, answer } = endpoint;
  app.route({
    method,
    url: path.replaceAll(/\{(\w+)\}/g, ':$1'),
    ...(params === undefined ? {} : { schema: { params } }),
    config: { quiet: quiet === true },
    onRequest: guard(access),
    async handler(request, reply) {
      return send(reply, await answer(request.params as Record<string, never>, host, request.caller));
    },
  });
}

/**
 * To text of a JSON type Fastify would add a charset, which JSON does not have and some clients trip over: text that is written
 * already is left as it is.
 */
function send(reply: FastifyReply, { type, body, status = 200, headers = {} }: Answer): FastifyReply {
  if (typeof body === 'string') reply.serializer(asItIs);
  return reply
    .code(status)
    .headers({ ...headers, 'content-type': type })
    .send(body);
}

const asItIs = (text: unknown): string => text as string;

type Headers = FastifyRequest['headers'];

/** curl -d says it sends a form, and some clients say nothing; both mean JSON here. */
const spoken = new Set(['', 'application/json', 'application/x-www-form-urlencoded']);

/** What is not spoken about a body, before it is read. */
function unspoken(headers: Headers): RequestError | undefined {
  const given = headers['content-type'] ?? '';
  if (given === 'application/json' && headers['content-encoding'] === undefined) return undefined;
  const [type, ...parameters] = given.split(';').map((part) => part.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length);
  if (!spoken.has(type) || (charset !== undefined && charset.replaceAll('"', '') !== 'utf-8')) {
    return new RequestError('E_CONTENT_TYPE', [
      {
        message: `The content type is ${JSON.stringify(given)}, and should be application/json in UTF-8.`,
        hint: 'Send the header Content-Type: application/json.',
      },
    ]);
  }
  const coding = headers['content-encoding'];
  if (!(codings as readonly string[]).includes(codingOf(headers))) {
    return new RequestError(
      'E_CONTENT_ENCODING',
      [{ message: `The content encoding is ${JSON.stringify(coding)}, and should be gzip, deflate or none.` }],
      { headers: { 'accept-encoding': 'gzip, deflate' } },
    );
  }
  return undefined;
}

/** No coding at all is identity, and x-gzip is gzip (RFC 9110, 8.4.1.3). */
function codingOf(headers: Headers): Coding {
  const coding = headers['content-encoding']?.trim().toLowerCase() || 'identity';
  return (coding === 'x-gzip' ? 'gzip' : coding) as Coding;
}

/** What a client may ask again at once, and over and over: it is too much now, for everybody or for its caller. */
const isPaced = (error: unknown): boolean =>
  error instanceof RequestError && ['E_BUSY', 'E_RATE', 'E_CONCURRENCY'].includes(error.code);

function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply, bounds: Bounds): FastifyReply {
  const { problem, headers, bug } = problemOf(error, request.id, bounds);
  if (request.followed !== null) request.followed.code = problem.code;
  if (bug) {
    const err = error instanceof WorkerFault ? { stack: error.trace } : error;
    request.log.error({ err }, 'a mistake of ours');
  }
  return send(reply, {
    status: problem.status,
    headers: { 'x-request-id': request.id, ...headers },
    type: 'application/problem+json',
    body: JSON.stringify(problem),
  });
}
