// HTTP itself: what Node's server would answer in words of its own, or not at all, is answered as a problem.

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, Server, ServerOptions, ServerResponse } from 'node:http';
import { createServer as createPlain } from 'node:http';
import type { ServerOptions as TlsOptions } from 'node:https';
import { createServer as createSecure } from 'node:https';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { RequestError } from '../routes/errors.ts';
import { problemOf, rawProblem } from './problem.ts';

/** How often connections are looked at for requests that should have arrived. */
const checkArrivalsMs = 1000;
/** Headers come in one piece from all but those who mean ill. */
const headersMs = 20_000;
/** Longer than the idle time of the usual load balancers (60 s), so that they close first and never meet a closed one. */
const keepAliveMs = 72_000;

/** A server of Node's that answers everything as we do; a whole request must have arrived within `arrivalMs`. */
export function createHttpServer(
  handler: RequestListener,
  { arrivalMs, tls }: { readonly arrivalMs: number; readonly tls: TlsOptions | null },
): Server {
  const options: ServerOptions = {
    // Node would refuse a request without Host, and say nothing; `refuseHosts` says why.
    requireHostHeader: false,
    connectionsCheckingInterval: checkArrivalsMs,
    headersTimeout: Math.min(headersMs, arrivalMs),
    requestTimeout: arrivalMs,
    keepAliveTimeout: keepAliveMs,
  };
  const server = tls === null ? createPlain(options, handler) : createSecure({ ...options, ...tls }, handler);
  refuseOutsideRequests(server);
  return server;
}

/** RFC 9112, 3.2: a request of HTTP/1.1 names its host, and once. */
export function refuseHosts(app: FastifyInstance): void {
  app.addHook('onRequest', ({ raw }, _reply, done) => {
    const hosts = countHosts(raw.rawHeaders);
    if (hosts === 1 || (hosts === 0 && raw.httpVersion === '1.0')) return done();
    const message = `The request has ${hosts === 0 ? 'no' : 'more than one'} Host header, and should have one.`;
    done(new RequestError('E_HTTP', [{ message }]));
  });
}

function countHosts(rawHeaders: readonly string[]): number {
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (rawHeaders[i].length === 4 && rawHeaders[i].toLowerCase() === 'host') hosts++;
  }
  return hosts;
}

/** An expectation that is not met, and CONNECT, never become requests: both are answered here. */
function refuseOutsideRequests(server: Server): void {
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    const error = new RequestError('E_EXPECTATION', [
      { message: 'The one expectation that is met here is 100-continue.', hint: 'Leave the Expect header out.' },
    ]);
    const id = randomUUID();
    const { problem } = problemOf(error, id);
    const headers = { 'content-type': 'application/problem+json', 'x-request-id': id, connection: 'close' };
    response.writeHead(problem.status, headers).end(JSON.stringify(problem));
  });
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    const error = new RequestError('E_METHOD', [{ message: 'This server is no proxy: it does not take CONNECT.' }], {
      headers: { allow: 'GET, HEAD, POST, OPTIONS' },
    });
    // Whoever hangs up meanwhile gets no answer.
    socket.on('error', () => socket.destroy());
    socket.end(rawProblem(error, randomUUID()));
  });
}

/** What is not HTTP has no request and no reply: the answer goes to the socket as it is. */
export function refuseConnection(error: Error & { code?: string }, socket: Duplex & { bytesWritten?: number }): void {
  // The client is gone, or is being answered already.
  if (error.code === 'ECONNRESET' || !socket.writable || (socket.bytesWritten ?? 0) > 0) {
    socket.destroy();
    return;
  }
  socket.end(rawProblem(error, randomUUID()));
}
