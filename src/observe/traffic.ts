// Follows each request from its head to the end of its answer: for the metrics, the log and the traces, and so that a
// server that stops can wait for the last.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ErrorCode } from '../../routes/errors.ts';
import type { Standing } from '../line.ts';
import { Line } from '../line.ts';
import type { Trail } from '../pool/observer.ts';
import { lineOf, pathOf } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { RequestSpan, Tracing } from './tracing.ts';
import { traceIdOf } from './tracing.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Null until the first hook. */
    followed: Followed | null;
  }
  interface FastifyContextConfig {
    /** The route answers probes: neither logged nor traced, and served to the end. */
    quiet?: boolean;
  }
}

/** What is known of a request so far. */
export interface Followed extends Standing {
  readonly id: string;
  /** As OpenAPI writes it. */
  readonly route: string;
  /** Milliseconds of the process's clock. */
  readonly began: number;
  /** The id of its trace, where it has one. */
  readonly trace: string | undefined;
  readonly span: RequestSpan | undefined;
  /** A probe: neither logged nor traced. */
  readonly quiet: boolean;
  /** Bytes of its body. */
  received: number;
  /** Ends its work. */
  cancel: (() => void) | undefined;
  /** The error it was answered with. */
  code: ErrorCode | undefined;
  /** Its way through the workers, once it has been there. */
  trail: Trail | undefined;
}

export interface Traffic {
  /** Begins to follow requests: the first hook of the application. */
  watch(app: FastifyInstance): void;
  /** Follows one that no hook sees, such as one with an address that cannot be read. */
  follow(request: FastifyRequest, reply: FastifyReply): void;
  /** A request of so many bytes goes to the workers; `cancel` is called where its client goes away. */
  working(request: FastifyRequest, bytes: number, cancel: () => void): void;
  /** It has been there, unless it was refused at once. */
  worked(request: FastifyRequest, trail: Trail | undefined): void;
  /** The ids of the requests that are not answered. */
  inFlight(): string[];
  load(): { readonly requests: number; readonly connections: number };
  /** From now on requests are refused. */
  stop(): void;
  stopping(): boolean;
  /** Resolves when those that are in flight now are answered, or their clients gone. */
  drained(): Promise<void>;
}

interface Options {
  readonly metrics: Pick<Metrics, 'exchanged' | 'worked'>;
  readonly tracing: Tracing | undefined;
}

export function createTraffic({ metrics, tracing }: Options): Traffic {
  const open = new Line<Followed>();
  const drains = new Set<{ readonly left: Set<Followed>; readonly resolve: () => void }>();
  let connections = 0;
  let stopping = false;

  function follow(request: FastifyRequest, reply: FastifyReply): void {
    const { url: template, config } = request.routeOptions;
    const route = routeOf(template);
    const { headers, method, id } = request;
    const quiet = config?.quiet === true;
    const span = quiet
      ? undefined
      : tracing?.begin({ id, method, route, scheme: request.protocol, path: pathOf(request.url), headers });
    const followed: Followed = {
      id,
      route,
      began: performance.now(),
      trace: span?.traceId ?? traceIdOf(headers.traceparent),
      span,
      quiet,
      received: 0,
      cancel: undefined,
      code: undefined,
      trail: undefined,
    };
    request.followed = followed;
    open.add(followed);
    reply.raw.once('close', () => {
      open.delete(followed);
      try {
        end(request, reply, followed);
      } catch (err) {
        // What could not be told of one request is no reason to lose the others.
        request.log.error({ err }, 'a request could not be recorded');
      }
      for (const { left, resolve } of drains) {
        left.delete(followed);
        if (left.size === 0) resolve();
      }
    });
  }

  function end(request: FastifyRequest, reply: FastifyReply, followed: Followed): void {
    const { method } = request;
    const gone = !reply.raw.writableFinished;
    const status = gone ? 499 : reply.statusCode;
    if (gone) {
      followed.code = 'E_CLIENT_GONE';
      followed.cancel?.();
    }
    const { route, received, code } = followed;
    const ms = performance.now() - followed.began;
    if (!followed.quiet) {
      request.log.info(lineOf(request, followed, status, ms), gone ? 'the client went away' : 'answered');
    }
    const sent = gone || method === 'HEAD' ? 0 : Number(reply.getHeader('content-length') ?? 0);
    metrics.exchanged({ method, route, status, seconds: ms / 1000, received, sent, code });
    followed.span?.end(status, code);
  }

  return {
    watch(app) {
      app.server.on('connection', (socket) => {
        connections++;
        socket.once('close', () => void connections--);
      });
      app.decorateRequest('followed', null);
      app.addHook('onRequest', (request, reply, done) => {
        follow(request, reply);
        done();
      });
    },
    follow,
    working(request, bytes, cancel) {
      const followed = request.followed!;
      followed.received = bytes;
      followed.cancel = cancel;
      // Its client may be gone already.
      if (!open.has(followed)) cancel();
    },
    worked({ followed }, trail) {
      followed!.cancel = undefined;
      if (trail === undefined) return;
      followed!.trail = trail;
      followed!.span?.worked(trail);
      metrics.worked(trail);
    },
    inFlight: () => [...open].map(({ id }) => id),
    load: () => ({ requests: open.size, connections }),
    stop() {
      stopping = true;
    },
    stopping: () => stopping,
    async drained() {
      if (open.size === 0) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      drains.add({ left: new Set(open), resolve });
      await promise;
    },
  };
}

/** Whether a request asks how the process is, rather than for something. */
export const isProbe = ({ routeOptions }: FastifyRequest): boolean => routeOptions.config?.quiet === true;

const routes = new Map<string, string>();

/** Few values: the pages of the reference are one. */
function routeOf(template: string | undefined): string {
  if (template === undefined) return 'unmatched';
  let route = routes.get(template);
  if (route === undefined) {
    route = template.startsWith('/docs') ? '/docs' : template.replaceAll(/:(\w+)/g, '{$1}');
    routes.set(template, route);
  }
  return route;
}
