// The process itself: its first lines, its signals, its exit codes.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import process from 'node:process';
import { afterEach, expect, test } from 'vitest';
import { post } from './running.ts';

const server = new URL('../../src/server.ts', import.meta.url).pathname;
const children: ReturnType<typeof run>[] = [];

function run(environment: Record<string, string>) {
  const child = spawn(process.execPath, [server], {
    env: { PATH: process.env['PATH'], HOST: '127.0.0.1', PORT: '0', WORKERS: '1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk) => (said.out += String(chunk)));
  child.stderr.on('data', (chunk) => (said.err += String(chunk)));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return { child, said, ended };
}

function start(environment: Record<string, string> = {}) {
  const started = run(environment);
  children.push(started);
  return started;
}

afterEach(async () => {
  for (const { child, ended } of children.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
});

/** The lines of its log. */
const linesOf = (said: { readonly out: string }): Record<string, unknown>[] =>
  said.out.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Record<string, unknown>] : []));

/** A computation that ends on no machine in the time of a test. */
function endless(url: string, headers: Record<string, string> = {}) {
  const n = 400;
  const matrix = Array.from({ length: n }, () => Array.from({ length: n }, () => 0.001));
  const program = Array(5000).fill('x = x @ x').join('\n');
  return post(`${url}/v1/compute`, { program, inputs: { x: matrix }, outputs: ['x'] }, headers);
}

/** Until so many requests are in flight, as the server counts. */
async function inFlight(url: string, requests: number): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    const text = await (await fetch(`${url}/metrics`)).text();
    // The one that asks is counted too.
    if (new RegExp(`^cotangent_http_requests_in_flight ${requests + 1}$`, 'm').test(text)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('they never came');
}

/** The line to copy, taken apart as a shell would. */
async function firstRequest(said: { readonly out: string }): Promise<{ url: string; origin: string; body: string }> {
  for (let tries = 0; tries < 500; tries++) {
    const line = /^curl (\S+) -d '([^']+)'$/m.exec(said.out);
    if (line !== null) return { url: line[1], origin: new URL(line[1]).origin, body: line[2] };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no line to copy in ${said.out}`);
}

test('prints a line that returns a gradient; SIGTERM ends it well, with the log complete', async () => {
  const { child, said, ended } = start();
  const { url, body } = await firstRequest(said);
  // curl -d says that it sends a form.
  const { status, json } = await post(url, body, { 'content-type': 'application/x-www-form-urlencoded' });
  expect(status).toBe(200);
  expect(json).toMatchObject({ gradients: [{ of: 'y', wrt: { x: { data: [2, 4, 6] } } }] });
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  expect(said.out).toContain('"msg":"answered"');
  expect(said.out).toContain('"msg":"stopped"');
  expect(said.err).toBe('');
});

test('SIGTERM: what is in flight ends, what is new is refused, probes are answered', async () => {
  const { child, said, ended } = start();
  const { origin: url } = await firstRequest(said);
  const n = 150;
  const matrix = Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => Math.sin(i * n + j)));
  const program = Array(400).fill('x = x @ x / 100').join('\n');
  const slow = post(`${url}/v1/compute`, { program, inputs: { x: matrix }, outputs: ['x'] });
  await inFlight(url, 1);
  child.kill('SIGTERM');
  await expect.poll(async () => (await fetch(`${url}/readyz`)).status, { timeout: 10_000 }).toBe(503);
  const refused = await post(`${url}/v1/compute`, { program: 'y = x', inputs: { x: 1 } });
  expect(refused.json).toMatchObject({ status: 503, code: 'E_STOPPING' });
  expect(refused.headers.get('retry-after')).toBe('1');
  expect(refused.headers.get('connection')).toBe('close');
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  expect((await slow).status).toBe(200);
  expect(await ended).toBe(0);
  expect(linesOf(said)).toContainEqual(expect.objectContaining({ msg: 'stopping', signal: 'SIGTERM', in_flight: 1 }));
});

test('what does not end in time is stopped: computations are answered, bodies that never come are not', async () => {
  const { child, said, ended } = start({ SHUTDOWN_MS: '200', LIMIT_FLOPS: '9007199254740991' });
  const { origin: url } = await firstRequest(said);
  const computing = endless(url, { 'x-request-id': 'computing' });
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write('POST /v1/compute HTTP/1.1\r\nhost: x\r\nx-request-id: arriving\r\ncontent-length: 2\r\n\r\n');
  await inFlight(url, 2);
  const told = Date.now();
  child.kill('SIGINT');
  expect((await computing).json).toMatchObject({ status: 503, code: 'E_STOPPING' });
  expect(await ended).toBe(0);
  expect(Date.now() - told).toBeLessThan(10_000);
  const line = linesOf(said).find(({ msg }) => msg === 'requests in flight were stopped')!;
  expect((line['in_flight'] as string[]).sort()).toEqual(['arriving', 'computing']);
});

test('a second signal ends it at once', async () => {
  const { child, said, ended } = start({ SHUTDOWN_MS: '60000', LIMIT_FLOPS: '9007199254740991' });
  const { origin: url } = await firstRequest(said);
  const lost = endless(url);
  await inFlight(url, 1);
  child.kill('SIGTERM');
  await expect.poll(async () => (await fetch(`${url}/readyz`)).status, { timeout: 10_000 }).toBe(503);
  child.kill('SIGTERM');
  await expect(lost).rejects.toThrow('fetch failed');
  expect(await ended).toBe(1);
});

test('a signal while it starts ends it well', async () => {
  const { child, said, ended } = start({ WORKERS: '2' });
  await expect.poll(() => said.out, { timeout: 25_000 }).toContain('Server listening');
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  expect(said.out).not.toContain('fatal');
  expect(said.err).toBe('');
});

test.each([
  ['an exception that nobody catches', 'throw new Error("the sky falls")', 'uncaughtException'],
  ['a promise that nobody waits for', 'void Promise.reject(new Error("the sky falls"))', 'unhandledRejection'],
])('%s is logged, with the requests that are lost, and ends the process', async (_name, mistake, origin) => {
  const module = `data:text/javascript,${encodeURIComponent(`process.on("SIGUSR2", () => { ${mistake} })`)}`;
  const { child, said, ended } = start({ NODE_OPTIONS: `--import=${module}`, LIMIT_FLOPS: '9007199254740991' });
  const { origin: url } = await firstRequest(said);
  const lost = endless(url, { 'x-request-id': 'lost' });
  await inFlight(url, 1);
  child.kill('SIGUSR2');
  await expect(lost).rejects.toThrow('fetch failed');
  expect(await ended).toBe(1);
  expect(linesOf(said).at(-1)).toMatchObject({
    level: 60,
    origin,
    in_flight: ['lost'],
    err: { message: 'the sky falls', stack: expect.stringContaining('the sky falls') as string },
    msg: 'the process cannot go on',
  });
});

test('a setting that cannot be used ends the start with one clear line', async () => {
  const { said, ended } = start({ PORT: 'eighty' });
  expect(await ended).toBe(1);
  expect(said.err).toBe('PORT is "eighty", and should be a whole number from 0 to 65535.\n');
});

test('a port that is taken is logged, and the process ends', async () => {
  const first = start();
  const { url } = await firstRequest(first.said);
  const { said, ended } = start({ PORT: new URL(url).port });
  expect(await ended).toBe(1);
  expect(said.out).toContain('EADDRINUSE');
});
