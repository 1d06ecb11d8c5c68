// The team: every chunk once, whoever dies.

import { once } from 'node:events';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { TeamHost } from '../../src/pool/team.ts';
import { startTeam } from '../../src/pool/team.ts';
import { callerNumber, helper, phase, phaseOf, state, stateOf, wordsOf } from '../../src/pool/team-control.ts';
import type { TeamOrder, TeamReport } from './team-worker.ts';

const helpers = 2;
const logged: string[] = [];
let host: TeamHost;
const workers = new Set<Worker>();

/** A team for more cores than there may be: what is tested is who does what, not how fast. */
beforeEach(async () => {
  logged.length = 0;
  host = startTeam({ helpers, cores: 8, env: {}, log: { error: (_details, message) => void logged.push(message) } });
  await until(() => states().every((word) => word === state.free));
});

afterEach(async () => {
  await Promise.all([...workers].map((worker) => worker.terminate()));
  await host.close();
});

const states = () =>
  Array.from({ length: helpers }, (_, i) => Atomics.load(host.setup.control, wordsOf(i) + helper.state));

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries === 2000) throw new Error(`still not: ${condition.toString()}; states ${states().join()}`);
    await sleep(5);
  }
}

async function join(): Promise<Worker> {
  const worker = new Worker(new URL('./team-worker.ts', import.meta.url), { workerData: host.setup });
  workers.add(worker);
  const { threadId } = worker;
  worker.once('exit', () => {
    workers.delete(worker);
    host.ended(threadId);
  });
  await once(worker, 'message');
  return worker;
}

async function tell(worker: Worker, order: Partial<TeamOrder>): Promise<TeamReport> {
  worker.postMessage({ job: 1, name: 'mark', chunks: 64, times: 1, ...order });
  const [report] = (await once(worker, 'message')) as [TeamReport];
  return report;
}

test('each chunk is computed once, run after run', async () => {
  const worker = await join();
  for (const chunks of [0, 1, 2, 3, 64, 1000]) {
    expect(await tell(worker, { chunks, times: 100 })).toEqual({ wrong: 0 });
  }
  expect(await tell(worker, { name: 'slow', chunks: 16, times: 20 })).toEqual({ wrong: 0 });
  await until(() => states().every((word) => word === state.free));
});

test('helpers take part, and leave when the cores are taken', async () => {
  const worker = await join();
  const order = { job: 1, name: 'slow', chunks: 4000, times: 1 } satisfies TeamOrder;
  host.busy(1);
  const done = tell(worker, order);
  await until(() => states().every((word) => phaseOf(word) === phase.running));
  host.busy(8);
  await until(() => states().every((word) => phaseOf(word) !== phase.running));
  expect(await done).toEqual({ wrong: 0 });
  const alone = tell(worker, order);
  await sleep(20);
  expect(states().every((word) => word === state.free)).toBe(true);
  expect(await alone).toEqual({ wrong: 0 });
});

test('several workers share the helpers', async () => {
  const several = await Promise.all([join(), join(), join()]);
  const reports = await Promise.all(several.map((worker) => tell(worker, { chunks: 16, times: 500 })));
  expect(reports).toEqual([{ wrong: 0 }, { wrong: 0 }, { wrong: 0 }]);
  await until(() => states().every((word) => word === state.free));
});

test('workers that are killed at work, again and again, leave the team usable', async () => {
  const witness = await join();
  for (let i = 0; i < 10; i++) {
    const victim = await join();
    const slow = i % 2 === 0;
    victim.postMessage({ job: 100 + i, name: slow ? 'slow' : 'mark', chunks: 10_000 } satisfies TeamOrder);
    const runs = stateOf(callerNumber(victim.threadId), phase.running);
    if (slow) await until(() => states().includes(runs));
    else await sleep(i);
    const watching = tell(witness, { chunks: 16, times: 100 });
    host.cancel(100 + i);
    await victim.terminate();
    expect(await watching).toEqual({ wrong: 0 });
  }
  await until(() => states().every((word) => word === state.free));
  expect(await tell(witness, { chunks: 1000, times: 50 })).toEqual({ wrong: 0 });
  expect(logged).toEqual([]);
});

test('an orphan is stopped between chunks: its caller has been killed', async () => {
  const victim = await join();
  victim.postMessage({ job: 7, name: 'slow', chunks: 10_000 });
  await until(() => states().every((word) => phaseOf(word) === phase.running));
  host.cancel(7);
  await until(() => states().every((word) => phaseOf(word) !== phase.running));
  await victim.terminate();
  await until(() => states().every((word) => word === state.free));
});

test('an orphan whose chunk never ends is replaced', async () => {
  const victim = await join();
  victim.postMessage({ job: 7, name: 'endless', chunks: 3 });
  await until(() => states().every((word) => phaseOf(word) === phase.running));
  await victim.terminate();
  await until(() => states().every((word) => word === state.free));
  expect(await tell(await join(), { chunks: 64, times: 200 })).toEqual({ wrong: 0 });
});

test('a kernel that traps fails its caller, and nobody else', async () => {
  const worker = await join();
  for (let i = 0; i < 20; i++) {
    const { error } = await tell(worker, { name: 'trap', chunks: 64 });
    expect(error).toMatch(/unreachable|failed on another thread/);
    expect(await tell(worker, { chunks: 64 })).toEqual({ wrong: 0 });
  }
});

test('a helper that dies fails its caller, and is replaced', async () => {
  const worker = await join();
  const hanging = tell(worker, { name: 'slow', chunks: 4000 });
  await until(() => states().every((word) => phaseOf(word) === phase.running));
  await host.threads.get(0)!.terminate();
  expect((await hanging).error).toMatch(/failed on another thread/);
  expect(await tell(worker, { chunks: 64 })).toEqual({ wrong: 0 });
  await until(() => states().every((word) => word === state.free));
  expect(await tell(worker, { chunks: 64, times: 200 })).toEqual({ wrong: 0 });
});

test('helpers load the scalar functions of the ops when a kernel first calls one', async () => {
  const worker = await join();
  // Until they have, the worker computes alone.
  for (;;) {
    const seen: number[] = [];
    const watch = setInterval(() => seen.push(...states()), 1);
    expect(await tell(worker, { name: 'slow', chunks: 4000, scalars: true })).toEqual({ wrong: 0 });
    clearInterval(watch);
    if (seen.some((word) => phaseOf(word) === phase.running)) break;
  }
  expect(logged).toEqual([]);
});

test('memories come and go', async () => {
  const worker = await join();
  expect(await tell(worker, { chunks: 8, times: 50, fresh: true })).toEqual({ wrong: 0 });
});

test('what a killed worker computed in is given back', async () => {
  const resident = () => process.memoryUsage.rss() / 2 ** 20;
  const victim = await join();
  const before = resident();
  expect(await tell(victim, { name: 'slow', chunks: 500, pages: 4096 })).toEqual({ wrong: 0 });
  expect(resident()).toBeGreaterThan(before + 200);
  await victim.terminate();
  await until(() => resident() < before + 100);
});

test('a team that is closed at work ends', async () => {
  const worker = await join();
  worker.postMessage({ job: 1, name: 'endless', chunks: 3 } satisfies TeamOrder);
  await until(() => states().every((word) => phaseOf(word) === phase.running));
  await worker.terminate();
  await host.close();
});
