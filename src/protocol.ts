// HTTP itself: what Node's server would answer in words of its own, or not at all, is answered as a problem.

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, Server, ServerOptions, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Server as NetServer } from 'node:net';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { createServer as createPlain } from 'node:http';
import type { ServerOptions as TlsOptions } from 'node:https';
import { createServer as createSecure } from 'node:https';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { ErrorCode } from '../routes/errors.ts';
import { RequestError } from '../routes/errors.ts';
import type { Bounds } from './problem.ts';
import { problemOf, rawProblem } from './problem.ts';

/** How often connections are looked at for requests that should have arrived. */
const checkArrivalsMs = 1000;
/** Headers come in one piece from all but those who mean ill. */
const headersMs = 20_000;
/** Longer than the idle time of the usual load balancers (60 s), so that they close first and never meet a closed one. */
const keepAliveMs = 72_000;

/** Is told of each refusal of what never becomes a request. */
type Refused = (code: ErrorCode) => void;

interface HttpOptions {
  /** A whole request must have arrived within its `arrival_ms`. */
  readonly bounds: Bounds;
  readonly tls: TlsOptions | null;
  readonly refused: Refused;
}

/** A server of Node's that answers everything as we do. */
export function createHttpServer(handler: RequestListener, { bounds, tls, refused }: HttpOptions): Server {
  const options: ServerOptions = {
    // Node would refuse a request without Host, and say nothing; `malformed` says why.
    requireHostHeader: false,
    connectionsCheckingInterval: checkArrivalsMs,
    headersTimeout: Math.min(headersMs, bounds.arrival_ms),
    requestTimeout: bounds.arrival_ms,
    keepAliveTimeout: keepAliveMs,
  };
  const server = tls === null ? createPlain(options, handler) : createSecure({ ...options, ...tls }, handler);
  refuseOutsideRequests(server, bounds, refused);
  letGoOfUnused(server);
  return server;
}

/** Connections on which no request has come yet. */
const unused = new WeakMap<Server, Set<Socket>>();

/**
 * Connections that a client opened ahead of need: Node waits for their first request for a minute, and a server that closes
 * would wait with it.
 */
function letGoOfUnused(server: Server): void {
  const sockets = new Set<Socket>();
  unused.set(server, sockets);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('request', ({ socket }: IncomingMessage) => sockets.delete(socket));
  const closeIdle = server.closeIdleConnections.bind(server);
  server.closeIdleConnections = () => {
    closeIdle();
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
  };
}

/** Who has a connection may be sending a request on it; who has just opened one will send it soon. Milliseconds. */
const last = { any: 50, unused: 500 } as const;

/** A turn of the event loop in which there was next to nothing to do. */
const shortMs = 0.5;

/**
 * Closes the port, and leaves the connections that there are a moment: a request may be on its way on them, and would be lost
 * without a word.
 */
export async function takeLast(server: Server): Promise<void> {
  if (!server.listening) return;
  // The system resets connections that are not accepted yet. Right after a short turn there are none.
  await nextTurn();
  for (let turn = 0, began = performance.now(); turn < 50; turn++) {
    await nextTurn();
    const now = performance.now();
    if (now - began < shortMs) break;
    began = now;
  }
  // Not that of an HTTP server, which hangs up at once.
  NetServer.prototype.close.call(server);
  const open = await new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count)));
  if (open === 0) return;
  const began = performance.now();
  const waiting = unused.get(server)!;
  do await sleep(last.any);
  while ([...waiting].some(({ bytesRead }) => bytesRead === 0) && performance.now() - began < last.unused);
}

/** What Node's parser lets through and HTTP/1.1 (RFC 9112) does not, or leaves to servers to refuse. */
export function refuseMessages(app: FastifyInstance): void {
  app.addHook('onRequest', ({ raw }, _reply, done) => {
    const message = malformed(raw);
    if (message === undefined) return done();
    // Where the next message begins is not for us to guess.
    done(new RequestError('E_HTTP', [{ message }], { headers: { connection: 'close' } }));
  });
}

function malformed({ httpVersion, headers, rawHeaders, method, url }: IncomingMessage): string | undefined {
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return `HTTP/1.1 is spoken here, not HTTP/${httpVersion}.`;
  const hosts = countHosts(rawHeaders);
  if (hosts > 1) return 'The request has more than one Host header, and should have one.';
  if (hosts === 0 && httpVersion === '1.1') return 'The request has no Host header, and should have one.';
  // Others would have to be undone before the body is read; one that passes them on might read another body.
  const transfer = headers['transfer-encoding'];
  if (transfer !== undefined && transfer.trim().toLowerCase() !== 'chunked') {
    return 'The one transfer encoding that is spoken here is chunked; Content-Encoding may be gzip or deflate.';
  }
  if (url === '*' && method !== 'OPTIONS') return 'The address * is for OPTIONS alone.';
  return undefined;
}

function countHosts(rawHeaders: readonly string[]): number {
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (rawHeaders[i].length === 4 && rawHeaders[i].toLowerCase() === 'host') hosts++;
  }
  return hosts;
}

/** What is larger may not fit into the buffers between us and the client, and waits for it in our memory. */
const largeBytes = 65_536;

export const isLarge = (payload: unknown): payload is Uint8Array =>
  payload instanceof Uint8Array && payload.byteLength > largeBytes;

/** Hangs up on a client that takes nothing of a large answer for `ms` milliseconds. */
export function hangUpOnStall(response: ServerResponse, ms: number): void {
  const { socket } = response;
  if (socket === null) return;
  socket.setTimeout(ms);
  response.once('finish', () => {
    // Node has set the time of an idle connection by now, unless another request is under way on it.
    if (socket.timeout === ms) socket.setTimeout(0);
  });
}

/** An expectation that is not met, and CONNECT, never become requests: both are answered here. */
function refuseOutsideRequests(server: Server, bounds: Bounds, refused: Refused): void {
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    const error = new RequestError('E_EXPECTATION', [
      { message: 'The one expectation that is met here is 100-continue.', hint: 'Leave the Expect header out.' },
    ]);
    const id = randomUUID();
    const { problem } = problemOf(error, id, bounds);
    refused(problem.code);
    const body = Buffer.from(JSON.stringify(problem));
    const headers = {
      'content-type': 'application/problem+json',
      'content-length': body.byteLength,
      'x-request-id': id,
      // Its body may be on the way, or not.
      connection: 'close',
    };
    response.writeHead(problem.status, headers).end(body);
  });
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    const error = new RequestError('E_METHOD', [{ message: 'This server is no proxy: it does not take CONNECT.' }], {
      headers: { allow: 'GET, HEAD, POST, OPTIONS' },
    });
    // Whoever hangs up meanwhile gets no answer.
    socket.on('error', () => socket.destroy());
    refuse(socket, error, bounds, refused);
  });
}

/** What is not HTTP has no request and no reply: the answer goes to the socket as it is. */
export function refuseConnection(
  error: Error & { code?: string },
  socket: Duplex & { bytesWritten?: number },
  bounds: Bounds,
  refused: Refused,
): void {
  // The client is gone, or is being answered already.
  if (error.code === 'ECONNRESET' || !socket.writable || (socket.bytesWritten ?? 0) > 0) {
    socket.destroy();
    return;
  }
  refuse(socket, error, bounds, refused);
}

function refuse(socket: Duplex, error: Error, bounds: Bounds, refused: Refused): void {
  const { code, text } = rawProblem(error, randomUUID(), bounds);
  refused(code);
  socket.end(text);
}
