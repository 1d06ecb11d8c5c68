// The worker pool: order, bounds, deadlines, cancelling, and what happens when a worker dies.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import type { Job } from '../../src/pool/messages.ts';
import type { Pool, PoolOptions } from '../../src/pool/pool.ts';
import { createPool } from '../../src/pool/pool.ts';

const logged: string[] = [];
let pool: Pool;

async function start(options: Partial<PoolOptions> = {}): Promise<void> {
  logged.length = 0;
  const say = (_details: object, message: string) => void logged.push(message);
  pool = createPool({
    worker: new URL('./obeying-worker.ts', import.meta.url),
    workers: 1,
    queueLimit: 100,
    timeoutMs: 20_000,
    maxTimeoutMs: 60_000,
    workerMemoryMb: 64,
    setup: { limits: {} as never, planCacheBytes: 0, vectors: { wide: false, fma: false } },
    log: { error: say, warn: say },
    onBroken: () => void logged.push('broken'),
    ...options,
  });
  await pool.start();
}

afterEach(() => pool.destroy());

const job = (order: object): Job => ({
  endpoint: 'test',
  body: Buffer.from(JSON.stringify(order)),
  coding: 'identity',
});
const submit = (order: object) => pool.submit(job(order)).answer;
const echo = async (order: object) => Buffer.from((await submit(order)).body).toString();
const failure = (answer: Promise<unknown>) =>
  answer.then(
    () => undefined,
    (error: unknown) => error,
  );

async function until(condition: () => boolean): Promise<void> {
  for (const end = Date.now() + 20_000; !condition();) {
    if (Date.now() > end) throw new Error('it never came to that');
    await sleep(5);
  }
}

/** What has come together is sent to the workers together, when all of it is there. */
const sent = () => new Promise((resolve) => setImmediate(resolve));

test('is ready once every worker is', async () => {
  await start({ workers: 2 });
  expect(pool.state()).toEqual({
    phase: 'ready',
    workers: { size: 2, ready: 2, busy: 0 },
    queue: { length: 0, limit: 100 },
  });
});

test('carries bytes both ways, small and large', async () => {
  await start();
  expect(await echo({ do: 'echo' })).toBe('{"do":"echo"}');
  const large = Buffer.from(JSON.stringify({ pad: 'x'.repeat(1e6) }));
  const { body } = await pool.submit({ endpoint: 'test', body: large, coding: 'identity' }).answer;
  expect(body).toHaveLength(1e6 + 10);
});

test('carries complaints of any length', async () => {
  await start();
  for (const letters of [10, 1e5, 1e6, 1e6]) {
    const error = await failure(submit({ do: 'refuse', letters }));
    expect(error).toMatchObject({ code: 'E_LIMIT', message: expect.toSatisfy((m: string) => m.length === letters) });
  }
});

test('serves in order of arrival', async () => {
  await start();
  const served: number[] = [];
  const answers = Array.from({ length: 20 }, async (_, i) => {
    await submit({ do: 'spin', ms: 1 });
    served.push(i);
  });
  await Promise.all(answers);
  expect(served).toEqual(Array.from({ length: 20 }, (_, i) => i));
});

test('refuses what does not fit into the queue, and says when to come back', async () => {
  await start({ queueLimit: 2 });
  const busy = [1, 2, 3].map(() => submit({ do: 'spin', ms: 100 }));
  await sent();
  expect(pool.state().queue.length).toBe(2);
  expect(await failure(submit({}))).toMatchObject({ code: 'E_BUSY', retryAfter: 1 });
  await Promise.all(busy);
  expect(await echo({})).toBe('{}');
});

test('a queue of none still lets idle workers work', async () => {
  await start({ queueLimit: 0 });
  const first = submit({ do: 'spin', ms: 50 });
  expect(await failure(submit({}))).toMatchObject({ code: 'E_BUSY' });
  await first;
  expect(await echo({})).toBe('{}');
});

test('stops a runaway at its deadline; the others never notice', async () => {
  await start({ workers: 2 });
  const began = performance.now();
  const runaway = failure(submit({ do: 'spin', timeout_ms: 200 }));
  const others = Promise.all(Array.from({ length: 50 }, () => submit({ do: 'spin', ms: 1 })));
  expect(await runaway).toMatchObject({ code: 'E_DEADLINE', message: expect.stringContaining('200 ms') as string });
  const took = performance.now() - began;
  expect(took).toBeGreaterThan(195);
  // Without a limit of its own it would be at it for twenty seconds.
  expect(took).toBeLessThan(15_000);
  await others;
  await until(() => pool.state().workers.ready === 2);
  expect(await echo({})).toBe('{}');
});

test('a request may ask for less time, and for more up to the cap', async () => {
  await start({ timeoutMs: 1000, maxTimeoutMs: 2000 });
  const hurried = await failure(submit({ do: 'spin', timeout_ms: 50 }));
  expect(hurried).toMatchObject({ code: 'E_DEADLINE', message: expect.stringContaining('of 50 ms') as string });
  await until(() => pool.state().workers.ready === 1);
  await submit({ do: 'spin', ms: 1100, timeout_ms: 1900 });
  const capped = await failure(submit({ do: 'spin', timeout_ms: 10_000 }));
  expect(capped).toMatchObject({ message: expect.stringContaining('of 2000 ms') as string });
});

test('a request that no worker took in time is told so, and is not a deadline', async () => {
  await start({ timeoutMs: 100, maxTimeoutMs: 1000 });
  const slow = submit({ do: 'spin', ms: 400, timeout_ms: 1000 });
  expect(await failure(submit({}))).toMatchObject({ code: 'E_BUSY', retryAfter: 1 });
  await slow;
});

test('a time limit of its own that passed in the queue costs no worker', async () => {
  await start();
  const slow = submit({ do: 'spin', ms: 100 });
  const late = Array.from({ length: 20 }, () => failure(submit({ do: 'spin', timeout_ms: 20 })));
  for (const error of await Promise.all(late)) expect(error).toMatchObject({ code: 'E_BUSY', retryAfter: 1 });
  await slow;
  expect(pool.state().workers.ready).toBe(1);
});

test('cancelling frees a queued place at once and a worker after a moment', async () => {
  await start();
  const running = pool.submit(job({ do: 'spin' }));
  await sent();
  const queued = pool.submit(job({}));
  queued.cancel();
  expect(await failure(queued.answer)).toMatchObject({ code: 'E_CLIENT_GONE' });
  expect(pool.state().queue.length).toBe(0);
  running.cancel();
  expect(await failure(running.answer)).toMatchObject({ code: 'E_CLIENT_GONE' });
  expect(await echo({})).toBe('{}');
});

test('a short computation that nobody waits for costs no worker', async () => {
  await start();
  const { cancel, answer } = pool.submit(job({ do: 'spin', ms: 20 }));
  await sent();
  cancel();
  await answer;
  expect(pool.state().workers.ready).toBe(1);
});

test.each([
  ['exits', { do: 'exit' }],
  ['throws out of turn', { do: 'crash' }],
])('a worker that %s is replaced, and its request is answered', async (_name, order) => {
  await start();
  const waiting = submit(order);
  const next = echo({});
  expect(await failure(waiting)).toMatchObject({
    code: 'E_INTERNAL',
    message: expect.not.stringContaining('secret') as string,
  });
  expect(await next).toBe('{}');
  expect(logged).toEqual(['a worker died during a request']);
});

test('a worker that runs out of memory is replaced, and the request is told', async () => {
  await start();
  expect(await failure(submit({ do: 'exhaust' }))).toMatchObject({
    code: 'E_LIMIT',
    message: expect.stringContaining('64 MB') as string,
  });
  expect(await echo({})).toBe('{}');
});

test('one death after another is survived', async () => {
  await start({ workers: 2 });
  for (let i = 0; i < 6; i++) {
    const both = await Promise.all([failure(submit({ do: 'exit' })), failure(submit({ do: 'exit' }))]);
    expect(both).toMatchObject([{ code: 'E_INTERNAL' }, { code: 'E_INTERNAL' }]);
  }
  await until(() => pool.state().workers.ready === 2);
  expect(await echo({})).toBe('{}');
});

test('a worker that cannot start fails the start; one that cannot be replaced is reported', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cotangent-'));
  const worker = new URL(pathToFileURL(join(folder, 'worker.mjs')));
  const source = `import ${JSON.stringify(new URL('./obeying-worker.ts', import.meta.url).href)};`;
  writeFileSync(worker, source);
  await start({ worker });
  writeFileSync(worker, `throw new Error('no');`);
  expect(await failure(submit({ do: 'exit' }))).toMatchObject({ code: 'E_INTERNAL' });
  await until(() => logged.includes('broken'));
  await pool.destroy();
  await expect(start({ worker })).rejects.toThrow('no');
  rmSync(folder, { recursive: true });
});

test('stopping refuses new work and lets the old end; destroying answers what is left', async () => {
  await start();
  const running = submit({ do: 'spin', ms: 100 });
  const queued = submit({});
  pool.stop();
  expect(await failure(submit({}))).toMatchObject({ code: 'E_STOPPING' });
  await Promise.all([running, queued]);
  await pool.destroy();

  await start();
  const runaway = failure(submit({ do: 'spin' }));
  const behind = failure(submit({}));
  await pool.destroy();
  expect(await runaway).toMatchObject({ code: 'E_STOPPING' });
  expect(await behind).toMatchObject({ code: 'E_STOPPING' });
});

test('every submission gets exactly one answer, whatever happens to the workers', async () => {
  await start({ workers: 2 });
  const orders = [{ do: 'exit' }, { do: 'spin', timeout_ms: 30 }, {}, { do: 'spin', ms: 2 }, { do: 'fail' }];
  const expected = [['E_INTERNAL'], ['E_DEADLINE', 'E_BUSY'], ['answered'], ['answered'], ['E_INTERNAL']];
  const submissions = Array.from({ length: 60 }, (_, i) => pool.submit(job(orders[i % orders.length])));
  const leaves = (i: number) => i % 7 === 0;
  for (const [i, { cancel }] of submissions.entries()) if (leaves(i)) setTimeout(cancel, i * 3);
  const settled = await Promise.allSettled(submissions.map(({ answer }) => answer));
  for (const [i, result] of settled.entries()) {
    const code = result.status === 'fulfilled' ? 'answered' : (result.reason as { code: string }).code;
    const may = expected[i % orders.length];
    expect(leaves(i) ? [...may, 'E_CLIENT_GONE'] : may).toContain(code);
  }
  expect(pool.state()).toMatchObject({ workers: { busy: 0 }, queue: { length: 0 } });
});
