// The headers that keep browsers from doing more with an answer than its sender meant.

import type { FastifyInstance } from 'fastify';
import helmet from 'helmet';

/** How long browsers remember to come by TLS only, seconds: a year. */
const strictTransport = 31_536_000;

/**
 * On every answer. Those of the API are data: nothing in them may load or run anything, wherever they are shown. The pages
 * of /docs replace the policy by their own. The headers that concern documents alone stay off: they cost more than the
 * rest of a small answer.
 */
export function secureAnswers(app: FastifyInstance, tls: boolean): void {
  const secure = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] },
    },
    strictTransportSecurity: tls ? { maxAge: strictTransport } : false,
    xFrameOptions: { action: 'deny' },
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  });
  app.addHook('onRequest', (request, reply, done) => secure(request.raw, reply.raw, () => done()));
}
