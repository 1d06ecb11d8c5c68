// The process itself: its first lines, its signals, its exit codes.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
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

/** The line to copy, taken apart as a shell would. */
async function firstRequest(said: { readonly out: string }): Promise<{ url: string; body: string }> {
  for (let tries = 0; tries < 600; tries++) {
    const line = /^curl (\S+) -d '([^']+)'$/m.exec(said.out);
    if (line !== null) return { url: line[1], body: line[2] };
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

test('SIGTERM lets what is in flight end', async () => {
  const { child, said, ended } = start();
  const { url } = await firstRequest(said);
  const n = 150;
  const matrix = Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => Math.sin(i * n + j)));
  const slow = post(url, {
    program: Array(12).fill('x = x @ x / 100').join('\n'),
    inputs: { x: matrix },
    outputs: ['x'],
  });
  await new Promise((resolve) => setTimeout(resolve, 150));
  child.kill('SIGTERM');
  expect((await slow).status).toBe(200);
  expect(await ended).toBe(0);
});

test('what does not end in time is stopped', async () => {
  const { child, said, ended } = start({ SHUTDOWN_MS: '200', LIMIT_FLOPS: '9007199254740991' });
  const { url } = await firstRequest(said);
  const n = 400;
  const matrix = Array.from({ length: n }, () => Array.from({ length: n }, () => 0.001));
  const endless = post(url, {
    program: Array(5000).fill('x = x @ x').join('\n'),
    inputs: { x: matrix },
    outputs: ['x'],
  });
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const told = Date.now();
  child.kill('SIGINT');
  expect((await endless).json).toMatchObject({ status: 503, code: 'E_STOPPING' });
  expect(await ended).toBe(0);
  expect(Date.now() - told).toBeLessThan(5000);
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
