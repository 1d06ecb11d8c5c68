// What stands before an endpoint: who asks, whether they may, how often, and how much at once.

import type { FastifyInstance, FastifyRequest, onRequestAsyncHookHandler, onRequestHookHandler } from 'fastify';
import type { Access, Caller } from '../../routes/endpoint.ts';
import { RequestError } from '../../routes/errors.ts';
import type { Config } from '../config.ts';
import { registerRateLimit } from '../plugins/rate-limit.ts';
import type { Callers } from './callers.ts';
import { countUnderWay } from './concurrency.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; null at public addresses, and where the server neither knows nor limits anybody. */
    caller: Caller | null;
  }
}

type Hook = onRequestHookHandler | onRequestAsyncHookHandler;

/** The hooks before an endpoint that lets `access` in. */
export type Guard = (access: Access) => Hook[];

export async function createGuard(app: FastifyInstance, config: Config, callers: Callers): Promise<Guard> {
  app.decorateRequest('caller', null);
  const rates = await registerRateLimit(app, config.RATE_LIMIT);
  const limited = config.RATE_LIMIT > 0 || config.CONCURRENCY_LIMIT > 0;
  const enter = countUnderWay();

  const identify = async (request: FastifyRequest): Promise<void> => {
    try {
      request.caller = await callers.identify(request);
    } catch (error) {
      throw (await rates.failed(request)) ?? error;
    }
  };
  const holdPlace: onRequestHookHandler = ({ caller }, reply, done) => {
    const { id, concurrency } = caller!;
    if (concurrency === 0) return done();
    const leave = enter(id, concurrency);
    if (leave === null) return done(tooMany(concurrency));
    reply.raw.once('close', leave);
    done();
  };

  return (access) => {
    if (access === 'public') return [];
    if (access === 'metrics' && config.METRICS_ACCESS === 'open') return [];
    if (!callers.restricted && !limited) return [];
    const known = callers.restricted ? [identify, allow(access)] : [identify];
    // A scraper comes at its own pace, and must see an overloaded server.
    return access === 'metrics' ? known : [...known, rates.spend, holdPlace];
  };
}

const allow =
  (access: Access): onRequestHookHandler =>
  ({ caller }, _reply, done) => {
    if (access === 'caller' || access === 'public' || caller!.scopes.has(access)) return done();
    const message = `This needs the scope "${access}", which ${JSON.stringify(caller!.name)} does not have.`;
    const challenge = `Bearer realm="cotangent", error="insufficient_scope", scope="${access}"`;
    done(new RequestError('E_FORBIDDEN', [{ message }], { headers: { 'www-authenticate': challenge } }));
  };

const tooMany = (most: number): RequestError =>
  new RequestError(
    'E_CONCURRENCY',
    [{ message: `${most} requests of this caller are under way, and no more may be.` }],
    {
      retryAfter: 1,
    },
  );
