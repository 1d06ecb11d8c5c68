// The headers that keep browsers from doing more with an answer than its sender meant.

import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { HelmetOptions } from 'helmet';
import helmet from 'helmet';

/** How long browsers remember to come by TLS only, seconds: a year. */
const strictTransport = 31_536_000;

type Headers = Readonly<Record<string, string>>;

/**
 * For every answer. Those of the API are data: nothing in them may load or run anything, wherever they are shown, and no page
 * of another site may take them in. Headers that matter to documents alone are left to `securePages`: each costs a small
 * answer more than it is worth to one.
 */
export const answerHeaders = (tls: boolean): Headers =>
  headersOf({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] },
    },
    strictTransportSecurity: tls ? { maxAge: strictTransport } : false,
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    referrerPolicy: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xFrameOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  });

/** For pages, which have a content policy of their own: whatever else helmet knows. */
export function securePages(app: FastifyInstance, tls: boolean): void {
  const headers = headersOf({
    contentSecurityPolicy: false,
    strictTransportSecurity: tls ? { maxAge: strictTransport } : false,
  });
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers);
    done();
  });
}

/** What helmet sets, once and for all: it is the same for every request. */
function headersOf(options: HelmetOptions): Headers {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  helmet(options)(request, response, () => {});
  return Object.fromEntries(Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)]));
}
