// Shared code: compiled once, whoever asks for it, and whoever dies.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Trap } from '../../engine/index.ts';
import type { CodeHost } from '../../src/pool/code-host.ts';
import { hostCode } from '../../src/pool/code-host.ts';
import type { CodeOrder, CodeReport } from './code-worker.ts';

let host: CodeHost;
const traps: Trap[] = [];
const workers = new Set<Worker>();

beforeEach(() => {
  traps.length = 0;
  host = hostCode(1e6, (trap) => traps.push(trap));
});

afterEach(async () => {
  await Promise.all([...workers].map((worker) => worker.terminate()));
  host.close();
});

const digestOf = (name: string): string => `sha256:${createHash('sha256').update(name).digest('hex')}`;

async function join(): Promise<Worker> {
  const worker = new Worker(new URL('./code-worker.ts', import.meta.url), { workerData: host.setup });
  workers.add(worker);
  const { threadId } = worker;
  worker.once('exit', () => {
    workers.delete(worker);
    host.ended(threadId);
  });
  await once(worker, 'message');
  return worker;
}

function order(worker: Worker, name: string, make: CodeOrder['make'] = 'code'): Promise<CodeReport> {
  worker.postMessage({ digest: digestOf(name), make } satisfies CodeOrder);
  return new Promise((resolve) => {
    worker.on('message', function take(message: CodeReport | 'compiles') {
      if (message === 'compiles') return;
      worker.off('message', take);
      resolve(message);
    });
  });
}

const got = async (report: Promise<CodeReport>): Promise<CodeReport['got']> => (await report).got;

test('one compiles, and all have it', async () => {
  const [a, b, c] = await Promise.all([join(), join(), join()]);
  expect(await order(a, 'x')).toEqual({ got: 'own', compiled: 1, received: 0, waited: 0 });
  expect(await order(b, 'x')).toEqual({ got: 'other', compiled: 0, received: 1, waited: 0 });
  expect(await got(order(c, 'y'))).toBe('own');
  expect(await got(order(a, 'y'))).toBe('other');
  expect(host.counts().held).toBe(2);
});

test('who asks while it is compiled waits for it', async () => {
  const several = await Promise.all([join(), join(), join()]);
  const compiles = Promise.race(several.map((worker) => once(worker, 'message')));
  const reports = several.map((worker) => order(worker, 'x', 'slowly'));
  expect(await compiles).toEqual(['compiles']);
  expect((await Promise.all(reports)).map((report) => report.got).sort()).toEqual(['other', 'other', 'own']);
});

test('a worker that is killed while it compiles leaves the work to those that wait', async () => {
  const [victim, heir] = await Promise.all([join(), join()]);
  void order(victim, 'x', 'endless');
  await once(victim, 'message');
  const inherited = order(heir, 'x');
  // Others never notice.
  expect(await got(order(await join(), 'y'))).toBe('own');
  await victim.terminate();
  expect(await inherited).toEqual({ got: 'own', compiled: 1, received: 0, waited: 1 });
});

test.each([
  ['that has no code', 'nothing', 'nothing'],
  ['that is a mistake', 'mistake', 'mistake'],
  ['that cannot be posted', 'graph', 'own'],
] as const)('what is compiled to something %s is for each to compile', async (_name, make, what) => {
  const [a, b] = await Promise.all([join(), join()]);
  expect(await Promise.all([got(order(a, 'x', make)), got(order(b, 'x', make))])).toEqual([what, what]);
  expect(host.counts().held).toBe(0);
});

test('the main thread hears of code that stopped', async () => {
  expect(await got(order(await join(), 'x', 'trap'))).toBe('own');
  while (traps.length === 0) await sleep(5);
  expect(traps).toEqual([{ graph_id: 'sha256:1', error: 'unreachable' }]);
});

test('the least recently used leave when there is too much', async () => {
  const [a, b] = await Promise.all([join(), join()]);
  // Each counts as about 46,000 bytes.
  for (let i = 0; i < 60; i++) expect(await got(order(a, `x${i}`))).toBe('own');
  expect(host.counts().bytes).toBeLessThanOrEqual(1e6);
  expect(await got(order(b, 'x59'))).toBe('other');
  expect(await got(order(b, 'x0'))).toBe('own');
});
