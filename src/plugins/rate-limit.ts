// Requests a minute of each caller, counted in this process; answers tell how many are left.

import rateLimit, { normalizeIP } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest, preHandlerAsyncHookHandler } from 'fastify';
import { RequestError } from '../../routes/errors.ts';

const windowMs = 60_000;
/** Callers that are remembered, the latest; the others begin anew. About a hundred bytes each. */
const remembered = 50_000;

export interface RateLimits {
  /** Rejects with a RequestError once a caller's requests are spent, and sets the RateLimit headers. */
  readonly spend: preHandlerAsyncHookHandler;
  /** Counts a request that named no caller against its address: the error, once there were too many. */
  failed(request: FastifyRequest): Promise<RequestError | undefined>;
}

/** `most`: failures a minute that an address may have. What a caller may send stands in `request.caller`. */
export async function registerRateLimit(app: FastifyInstance, most: number): Promise<RateLimits> {
  await app.register(rateLimit, {
    global: false,
    timeWindow: windowMs,
    cache: remembered,
    // The names of the IETF's draft (draft-ietf-httpapi-ratelimit-headers), without the X- of old.
    enableDraftSpec: true,
    keyGenerator: ({ caller }) => caller!.id,
    allowList: ({ caller }) => caller!.ratePerMinute === 0,
    max: ({ caller }) => caller!.ratePerMinute,
    errorResponseBuilder: ({ caller }, { ttl }) => spent(`${caller!.ratePerMinute} requests a minute`, ttl),
  });
  const fail = app.createRateLimit({
    keyGenerator: ({ ip }) => normalizeIP(ip),
    allowList: () => most === 0,
    max: most,
  });
  return {
    spend: app.rateLimit(),
    async failed(request) {
      const count = await fail(request);
      if (count.isAllowed || !count.isExceeded) return undefined;
      return spent(`${most} requests a minute without a valid key`, count.ttl);
    },
  };
}

function spent(allowance: string, ttlMs: number): RequestError {
  const retryAfter = Math.max(1, Math.ceil(ttlMs / 1000));
  const message = `More than ${allowance} came from this caller.`;
  const hint = `The next minute begins in ${retryAfter} s.`;
  return new RequestError('E_RATE', [{ message, hint }], { retryAfter });
}
