// The service when things go wrong around a request: full queue, deadline, lost client, dead worker, broken HTTP, the end.

import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import type { RunningService } from './running.ts';
import { post, startService } from './running.ts';

const logged: Record<string, unknown>[] = [];
let service: RunningService;

/** A service whose workers obey their bodies. */
async function start(environment: Record<string, string> = {}): Promise<void> {
  logged.length = 0;
  service = await startService({
    environment: { WORKERS: '1', ...environment },
    worker: new URL('./obeying-worker.ts', import.meta.url),
    log: (line) => void logged.push(line),
  });
}

afterEach(() => service.close());

const order = (body: object) => post(`${service.url}/v1/compute`, body);

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 20_000; !(await condition());) {
    if (Date.now() > end) throw new Error('it never came to that');
    await sleep(5);
  }
}

/** A connection of our own, for what fetch would never send. */
async function open(): Promise<Socket & { readonly all: () => Promise<string> }> {
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
  await once(socket, 'connect');
  let text = '';
  socket.on('data', (chunk) => (text += chunk.toString()));
  const all = async () => {
    if (!socket.closed) await once(socket, 'close');
    return text;
  };
  return Object.assign(socket, { all });
}

const head = (length: number) => `POST /v1/compute HTTP/1.1\r\nhost: x\r\ncontent-length: ${length}\r\n\r\n`;

test('a full queue answers 503 with Retry-After, and readiness follows it', async () => {
  await start({ QUEUE_LIMIT: '1' });
  const running = order({ do: 'spin', ms: 1500 });
  await until(() => service.pool.state().workers.busy === 1);
  const waiting = order({});
  await until(() => service.pool.state().queue.length === 1);
  const { json, headers } = await order({});
  expect(json).toMatchObject({ status: 503, code: 'E_BUSY' });
  expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  const ready = await fetch(`${service.url}/readyz`);
  expect(ready.status).toBe(503);
  expect(ready.headers.get('retry-after')).toBe('1');
  expect((await fetch(`${service.url}/healthz`)).status).toBe(200);
  expect((await running).status).toBe(200);
  expect((await waiting).status).toBe(200);
  expect((await fetch(`${service.url}/readyz`)).status).toBe(200);
});

test('a full queue refuses a request at its head: its body need not come', async () => {
  await start({ QUEUE_LIMIT: '0' });
  const running = order({ do: 'spin', ms: 1500 });
  await until(() => service.pool.state().workers.busy === 1);
  const client = await open();
  client.write(head(10_000));
  const [answer] = (await once(client, 'data')) as [Buffer];
  expect(String(answer)).toMatch(/^HTTP\/1\.1 503 [^]*retry-after: [1-9][^]*"E_BUSY"/);
  client.destroy();
  expect((await running).status).toBe(200);
});

test('without a queue the server is ready while a worker is free', async () => {
  await start({ QUEUE_LIMIT: '0' });
  expect((await fetch(`${service.url}/readyz`)).status).toBe(200);
  const running = order({ do: 'spin', ms: 1500 });
  await until(() => service.pool.state().workers.busy === 1);
  expect((await fetch(`${service.url}/readyz`)).status).toBe(503);
  await running;
  expect((await fetch(`${service.url}/readyz`)).status).toBe(200);
});

test('while every worker is being replaced the server is not ready', async () => {
  await start();
  await order({ do: 'exit' });
  const answer = await fetch(`${service.url}/readyz`);
  expect(answer.status).toBe(503);
  expect(await answer.json()).toMatchObject({ code: 'E_BUSY', detail: 'Every worker is being replaced.' });
  await until(async () => (await fetch(`${service.url}/readyz`)).ok);
});

test('a deadline answers 504 in time; requests beside it never notice', async () => {
  await start({ WORKERS: '2', TIMEOUT_MS: '20000' });
  const began = performance.now();
  const runaway = order({ do: 'spin', timeout_ms: 200 });
  const others = Array.from({ length: 30 }, () => order({}));
  const { json } = await runaway;
  const took = performance.now() - began;
  expect(json).toMatchObject({ status: 504, code: 'E_DEADLINE' });
  expect(json.detail).toContain('200 ms');
  expect(took).toBeGreaterThan(190);
  // Far less on a quiet machine; without a limit of its own it would be at it for twenty seconds, and the computation would never end.
  expect(took).toBeLessThan(15_000);
  for (const { status } of await Promise.all(others)) expect(status).toBe(200);
});

test('a client that goes away frees the worker', async () => {
  await start();
  const client = await open();
  const body = '{"do":"spin"}';
  client.write(head(body.length) + body);
  await until(() => service.pool.state().workers.busy === 1);
  client.destroy();
  await until(() => service.pool.state().workers.busy === 0);
  expect((await order({})).status).toBe(200);
  expect(logged.some(({ msg }) => msg === 'the client went away')).toBe(true);
});

test('a client that goes away leaves the queue', async () => {
  await start();
  const running = order({ do: 'spin', ms: 300 });
  await until(() => service.pool.state().workers.busy === 1);
  const client = await open();
  client.write(`${head(2)}{}`);
  await until(() => service.pool.state().queue.length === 1);
  client.destroy();
  await until(() => service.pool.state().queue.length === 0);
  expect((await running).status).toBe(200);
});

test('a hundred clients that come and go leave nothing behind', async () => {
  await start({ WORKERS: '2' });
  const body = '{"do":"spin","ms":5}';
  const clients = await Promise.all(Array.from({ length: 100 }, open));
  for (const client of clients) client.write(head(body.length) + body);
  await sleep(20);
  for (const client of clients) client.destroy();
  await until(() => service.pool.state().workers.busy === 0 && service.pool.state().queue.length === 0);
  await until(() => service.pool.state().workers.ready === 2);
  expect((await order({})).status).toBe(200);
});

test.each([
  ['exit', 500, 'E_INTERNAL'],
  ['crash', 500, 'E_INTERNAL'],
  ['fail', 500, 'E_INTERNAL'],
  ['exhaust', 422, 'E_LIMIT'],
])('a worker that does %s: %i, nothing of ours in the answer, everything in the log', async (what, status, code) => {
  await start({ WORKER_MEMORY_MB: '64' });
  const { json, headers } = await order({ do: what });
  expect(json).toMatchObject({ status, code });
  expect(JSON.stringify(json)).not.toMatch(/secret|passwd|\.ts|node_modules|\n {4}at/);
  if (status === 500) {
    expect(json.instance).toContain(headers.get('x-request-id'));
    expect(JSON.stringify(logged)).toMatch(/secret|exited with code: 3/);
  }
  expect((await order({})).status).toBe(200);
});

test('logs one line for each request, with its id and without its body', async () => {
  await start();
  const { headers } = await order({ note: 'private' });
  await fetch(`${service.url}/healthz`);
  const lines = logged.filter(({ msg }) => msg === 'answered');
  expect(lines).toMatchObject([
    { reqId: headers.get('x-request-id'), method: 'POST', url: '/v1/compute', status: 200 },
  ]);
  expect(JSON.stringify(logged)).not.toContain('private');
});

test.each([
  ['no HTTP', 'nonsense\r\n\r\n', 400, 'E_HTTP'],
  ['two lengths', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n', 400, 'E_HTTP'],
  [
    'a length and chunks',
    'POST /v1/compute HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    400,
    'E_HTTP',
  ],
  ['huge headers', `GET / HTTP/1.1\r\nhost: x\r\na: ${'b'.repeat(20_000)}\r\n\r\n`, 431, 'E_HEADERS_TOO_LARGE'],
])('%s', async (_name, bytes, status, code) => {
  await start();
  const client = await open();
  client.write(bytes);
  const answer = await client.all();
  expect(answer).toContain(`HTTP/1.1 ${status} `);
  expect(answer).toContain('content-type: application/problem+json');
  expect(JSON.parse(answer.split('\r\n\r\n')[1])).toMatchObject({ status, code });
});

test('a stopping server answers what is in flight, refuses what is new, and tells its probes', async () => {
  await start();
  const [running, arriving, idle] = [await open(), await open(), await open()];
  const body = '{"do":"spin","ms":300}';
  running.write(head(body.length) + body);
  await until(() => service.pool.state().workers.busy === 1);
  // Its head is here, and its body on the way.
  arriving.write(head(2));
  await until(() => service.traffic.load().requests === 2);
  const closed = service.close();
  await until(() => service.traffic.stopping());
  arriving.write('{}');
  idle.write(`${head(2)}{}`);
  const [liveness, readiness, metrics] = await Promise.all(
    ['healthz', 'readyz', 'metrics'].map((path) => fetch(`${service.url}/${path}`)),
  );
  expect([liveness.status, readiness.status, metrics.status]).toEqual([200, 503, 200]);
  expect(await readiness.json()).toMatchObject({ code: 'E_STOPPING' });
  const anew = await order({});
  expect(anew.json).toMatchObject({ status: 503, code: 'E_STOPPING' });
  expect(anew.headers.get('retry-after')).toBe('1');
  expect(anew.headers.get('connection')).toBe('close');
  for (const inFlight of [await running.all(), await arriving.all()]) {
    expect(inFlight).toContain('HTTP/1.1 200 OK');
    expect(inFlight).toContain('connection: close');
  }
  const refused = await idle.all();
  expect(refused).toContain('HTTP/1.1 503 ');
  expect(refused).toContain('connection: close');
  await closed;
  await expect(fetch(`${service.url}/healthz`)).rejects.toThrow('fetch failed');
});

test('what was sent before the port closed is answered, though nothing was in flight', async () => {
  await start();
  const [early, late] = [await open(), await open()];
  const closed = service.close();
  early.write(`${head(2)}{}`);
  await until(() => service.traffic.stopping());
  late.write('GET /readyz HTTP/1.1\r\nhost: x\r\n\r\n');
  for (const answer of [await early.all(), await late.all()]) {
    expect(answer).toContain('HTTP/1.1 503 ');
    expect(answer).toContain('connection: close');
  }
  await closed;
});
