// Many requests over many graphs leave the resident set as large as it was: nothing leaks, and what is kept is bounded.
//
// COTANGENT_LEAK_REQUESTS and COTANGENT_LEAK_GRAPHS make it longer: 100000 and 1000 take minutes. Heaps that may grow take
// ten thousand requests to come to their size; of fewer, heaps are kept small.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Agent, request as send } from 'node:http';
import process from 'node:process';
import { expect, onTestFinished, test } from 'vitest';
import { createRandom } from '../calculus/random.ts';
import { requestOf } from './graphs.ts';

const requests = Number(process.env['COTANGENT_LEAK_REQUESTS'] ?? 2000);
const graphs = Number(process.env['COTANGENT_LEAK_GRAPHS'] ?? 100);
const short = requests < 40_000;
const seed = process.env['COTANGENT_SEED'] ?? '1';
/** So few bytes that plans leave all the time. */
const planCacheBytes = graphs * 40_000;
const connections = 4;
/** Bodies beside the small ones: now and then a large one, which makes a worker's memory grow. */
const largeEvery = 400;
const samples = 200;

const server = new URL('../../src/server.ts', import.meta.url).pathname;

interface Running {
  readonly url: URL;
  /** Bytes of the process in memory. */
  resident(): Promise<number>;
  stop(): Promise<void>;
}

async function start(): Promise<Running> {
  const small = short ? ['--max-semi-space-size=2', '--max-old-space-size=64'] : [];
  const child = spawn(process.execPath, [...small, server], {
    env: {
      PATH: process.env['PATH'],
      HOST: '127.0.0.1',
      PORT: '0',
      WORKERS: '2',
      LOG_LEVEL: 'warn',
      PLAN_CACHE_BYTES: String(planCacheBytes),
      // What malloc keeps for itself is no leak either.
      ...(short && { WORKER_MEMORY_MB: '64', MALLOC_ARENA_MAX: '1' }),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.once('exit', () => child.kill('SIGKILL'));
  let said = '';
  while (!/^curl (http:\S+)\/v1/m.test(said)) said += String((await once(child.stdout, 'data'))[0]);
  child.stdout.resume();
  return {
    url: new URL(/^curl (http:\S+)\/v1/m.exec(said)![1].replace('localhost', '127.0.0.1')),
    async resident() {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
      return 1024 * Number(/^VmRSS:\s*(\d+) kB$/m.exec(status)![1]);
    },
    async stop() {
      child.kill('SIGKILL');
      await once(child, 'close');
    },
  };
}

const agent = new Agent({ keepAlive: true, maxSockets: connections });

/** The status of the answer; fetch would cost this process more than the requests cost the server. */
function post(url: URL, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const sent = send(new URL('/v1/compute', url), { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode!));
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

/** 100,000 numbers in, and 58 MB of memory to compute in. */
const large = JSON.stringify({
  program: 'y = jnp.sum(jnp.cumsum(x[None, :] * jnp.arange(60.0)[:, None], axis=0) ** 2)',
  inputs: { x: Array.from({ length: 100_000 }, (_, i) => i / 1000) },
  gradients: [{ of: 'y', wrt: ['x'] }],
});

const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1];

/** The resident set can be read from /proc alone. */
test.runIf(process.platform === 'linux')(
  `${requests} requests over ${graphs} graphs, seed ${seed}: the resident set stays`,
  async () => {
    const running = await start();
    let next = 0;
    onTestFinished(async () => {
      next = requests;
      agent.destroy();
      await running.stop();
    });
    // Each worker's memory is large once before it is counted.
    await Promise.all(Array.from({ length: 2 * connections }, () => post(running.url, large)));
    const random = createRandom(`${seed}/leak`);
    const sizes: number[] = [];
    const client = async (): Promise<void> => {
      while (next < requests) {
        const i = next++;
        if (i % Math.ceil(requests / samples) === 0) sizes.push(await running.resident());
        // Some graphs are asked for far more often than others, as it is in life.
        const graph = Math.floor(graphs * (random.integer(0, 999) / 1000) ** 3);
        const body = i % largeEvery === largeEvery - 1 ? large : JSON.stringify(requestOf(graph, random));
        expect(await post(running.url, body)).toBe(200);
      }
    };
    await Promise.all(Array.from({ length: connections }, client));
    const quarter = sizes.length >> 2;
    const [before, after] = [sizes.slice(quarter, 2 * quarter), sizes.slice(-quarter)].map(median);
    const megabytes = sizes.map((size) => Math.round(size / 2 ** 20));
    // A leak of a kilobyte with each request would be more than this.
    const slack = 0.05 * before + 400 * requests;
    expect(after, `megabytes were ${megabytes.join(' ')}`).toBeLessThan(before + slack);
  },
  60_000 + 50 * requests,
);
