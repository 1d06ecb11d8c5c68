// A service under random traffic for some time: every answer right, none lost, memory flat. COTANGENT_SOAK_SECONDS says how
// long (20), COTANGENT_SEED which traffic.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createRandom } from '../calculus/random.ts';
import type { Exchange } from './traffic.ts';
import { drawExchange } from './traffic.ts';

const seconds = Number(process.env['COTANGENT_SOAK_SECONDS'] ?? 20);
const seed = process.env['COTANGENT_SEED'] ?? '1';
const clients = 12;
/** What the resident set may grow by from the first third to the last: caches that fill, pages that are never quite packed. */
const slackMb = 150;

interface Running {
  readonly url: string;
  readonly pid: number;
  readonly output: () => string;
  stop(): Promise<number | null>;
}

async function startServer(): Promise<Running> {
  const server = new URL('../../src/server.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [server], {
    env: {
      PATH: process.env['PATH'],
      HOST: '127.0.0.1',
      PORT: '0',
      WORKERS: '2',
      LOG_LEVEL: 'warn',
      PLAN_CACHE_BYTES: String(8 * 1024 * 1024),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  for (let tries = 0; ; tries++) {
    const line = /^curl (\S+)\/v1\/compute /m.exec(output);
    if (line !== null) {
      return {
        url: line[1],
        pid: child.pid!,
        output: () => output,
        stop() {
          child.kill('SIGTERM');
          return ended;
        },
      };
    }
    if (tries === 1200) throw new Error(`the server did not start: ${output}`);
    await sleep(50);
  }
}

/** What went wrong with one exchange, if anything did, and its status; 0 where the client left. */
async function exchange(url: string, { body, headers, leavesAfter, statuses, complaint }: Exchange) {
  const leaving = leavesAfter === undefined ? undefined : AbortSignal.timeout(leavesAfter);
  try {
    const response = await fetch(`${url}/v1/compute`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
      ...(leaving && { signal: leaving }),
    });
    const answer: unknown = await response.json();
    const { status } = response;
    if (!statuses.includes(status)) return { status, wrong: `${status}: ${JSON.stringify(answer).slice(0, 500)}` };
    if (status === 503 && response.headers.get('retry-after') === null) return { status, wrong: 'no Retry-After' };
    return { status, wrong: complaint(status, answer) };
  } catch (error) {
    // Our own leaving is no loss; everything else is.
    return { status: 0, wrong: leaving?.aborted === true ? undefined : `lost: ${String(error)}` };
  }
}

/** Resident memory, MB; NaN where the system has no /proc. */
function residentMb(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  } catch {
    return NaN;
  }
}

test('random traffic: every answer right, none lost, memory flat', { timeout: (seconds + 120) * 1000 }, async () => {
  const server = await startServer();
  const statuses = new Map<number, number>();
  const wrong: string[] = [];
  const resident: number[] = [];
  const end = performance.now() + seconds * 1000;
  const client = async (number: number): Promise<void> => {
    const random = createRandom(`${seed}/client ${number}`);
    while (performance.now() < end && wrong.length < 10) {
      const result = await exchange(server.url, drawExchange(random));
      statuses.set(result.status, (statuses.get(result.status) ?? 0) + 1);
      if (result.wrong !== undefined) wrong.push(result.wrong);
    }
  };
  const watch = async (): Promise<void> => {
    while (performance.now() < end && wrong.length < 10) {
      resident.push(residentMb(server.pid));
      await sleep(200);
    }
  };
  await Promise.all([watch(), ...Array.from({ length: clients }, (_, i) => client(i))]);

  expect(wrong).toEqual([]);
  expect(statuses.get(200)).toBeGreaterThan(seconds);
  // Everything is as it was before.
  for (let tries = 0; ; tries++) {
    const ready = (await (await fetch(`${server.url}/readyz`)).json()) as {
      workers?: { size: number; ready: number; busy: number };
      queue?: { length: number };
    };
    if (ready.workers?.ready === 2 && ready.workers.busy === 0 && ready.queue?.length === 0) break;
    if (tries === 200) throw new Error(`the service did not recover: ${JSON.stringify(ready)}`);
    await sleep(50);
  }
  const third = Math.floor(resident.length / 3);
  const [first, last] = [Math.max(...resident.slice(third, 2 * third)), Math.max(...resident.slice(-third))];
  if (!Number.isNaN(first)) expect(last).toBeLessThan(first + slackMb);
  expect(await server.stop()).toBe(0);
  expect(server.output()).not.toMatch(/a mistake of ours|cannot go on|died/);
});
