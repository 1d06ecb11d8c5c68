// Puts many requests over many graphs on a server of its own and says how large its resident set is on the way.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Agent, request as send } from 'node:http';
import process from 'node:process';
import { createRandom } from '../calculus/random.ts';
import { requestOf } from './graphs.ts';

export interface Load {
  readonly requests: number;
  readonly graphs: number;
  readonly seed: string;
  /** Aborted when it is to end before its time. */
  readonly signal: AbortSignal;
  /** Called with each sample of the resident set, in bytes, and the requests that were sent until then. */
  readonly sampled?: (bytes: number, requests: number) => void;
}

const connections = 4;
/** Bodies beside the small ones: now and then a large one, which makes a worker's memory grow. */
const largeEvery = 400;
const samples = 200;

const server = new URL('../../src/server.ts', import.meta.url).pathname;

/**
 * The resident set in bytes, at even distances over the run. Heaps that may grow take ten thousand requests to come to their
 * size; of fewer, heaps are kept small. Fails where an answer is not 200.
 */
export async function residentUnder({ requests, graphs, seed, signal, sampled }: Load): Promise<number[]> {
  const running = await start(requests < 40_000, graphs);
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  try {
    // Each worker's memory is large once before it is counted.
    await Promise.all(Array.from({ length: 2 * connections }, () => post(agent, running.url, large)));
    const random = createRandom(`${seed}/leak`);
    const sizes: number[] = [];
    let next = 0;
    const client = async (): Promise<void> => {
      while (next < requests && !signal.aborted) {
        const i = next++;
        if (i % Math.ceil(requests / samples) === 0) {
          sizes.push(await running.resident());
          sampled?.(sizes.at(-1)!, i);
        }
        // Some graphs are asked for far more often than others, as it is in life.
        const graph = Math.floor(graphs * (random.integer(0, 999) / 1000) ** 3);
        const body = i % largeEvery === largeEvery - 1 ? large : JSON.stringify(requestOf(graph, random));
        const status = await post(agent, running.url, body);
        if (status !== 200) throw new Error(`Request ${i} was answered with ${status}.`);
      }
    };
    await Promise.all(Array.from({ length: connections }, client));
    return sizes;
  } finally {
    agent.destroy();
    await running.stop();
  }
}

export interface Verdict {
  /** Medians of the second quarter of the samples and of the last, in bytes. */
  readonly before: number;
  readonly after: number;
  /** What `after` may be: a leak of a kilobyte with each request would be more. */
  readonly most: number;
}

export function judge(sizes: readonly number[], requests: number): Verdict {
  const quarter = sizes.length >> 2;
  const [before, after] = [sizes.slice(quarter, 2 * quarter), sizes.slice(-quarter)].map(median);
  return { before, after, most: 1.05 * before + 400 * requests };
}

const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1];

interface Running {
  readonly url: URL;
  /** Bytes of the process in memory. */
  resident(): Promise<number>;
  stop(): Promise<void>;
}

async function start(short: boolean, graphs: number): Promise<Running> {
  const small = short ? ['--max-semi-space-size=2', '--max-old-space-size=64'] : [];
  const child = spawn(process.execPath, [...small, server], {
    env: {
      PATH: process.env['PATH'],
      HOST: '127.0.0.1',
      PORT: '0',
      WORKERS: '2',
      LOG_LEVEL: 'warn',
      // So few bytes that plans leave all the time.
      PLAN_CACHE_BYTES: String(graphs * 40_000),
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

/** The status of the answer; fetch would cost this process more than the requests cost the server. */
function post(agent: Agent, url: URL, body: string): Promise<number> {
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
