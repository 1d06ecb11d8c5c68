// The pool at work: batches, turns, heavy and light work, and what becomes of the others when something goes wrong.

import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import type { Pool, PoolOptions, Submission } from '../../src/pool/pool.ts';
import { createPool } from '../../src/pool/pool.ts';

const logged: string[] = [];
let pool: Pool;

async function start(options: Partial<PoolOptions> = {}): Promise<void> {
  logged.length = 0;
  const say = (_details: object, message: string) => void logged.push(message);
  pool = createPool({
    worker: new URL('../service/obeying-worker.ts', import.meta.url),
    workers: 1,
    queueLimit: 1000,
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

afterEach(async () => {
  vi.useRealTimers();
  await pool.destroy();
});

/** Orders of one kind look alike to the pool: the kind stands first, the rest has the same length. */
function give(
  kind: string,
  order: { readonly do?: string; readonly ms?: number; readonly flops?: number },
  caller = 'a',
): Submission {
  const text = JSON.stringify({ kind: kind.padEnd(100), ...order }).padEnd(200);
  return pool.submit({ endpoint: 'test', body: Buffer.from(text), coding: 'identity', caller });
}

const outcome = ({ answer }: Submission) =>
  answer.then(
    () => 'answered',
    (error: { code: string }) => error.code,
  );

/** Has the pool learn what a kind takes. */
async function learn(kind: string, ms: number, times = 3): Promise<void> {
  for (let i = 0; i < times; i++) await give(kind, { do: 'spin', ms }).answer;
}

/** Names in the order in which their submissions are settled. */
function order(submissions: Readonly<Record<string, Submission>>): { settled: string[]; all: Promise<unknown> } {
  const settled: string[] = [];
  const all = Promise.all(
    Object.entries(submissions).map(async ([name, submission]) => {
      await outcome(submission);
      settled.push(name);
    }),
  );
  return { settled, all };
}

async function until(condition: () => boolean): Promise<void> {
  for (const end = Date.now() + 10_000; !condition();) {
    if (Date.now() > end) throw new Error('it never came to that');
    await sleep(5);
  }
}

test('hundreds of light requests that come at once are all answered, in order', async () => {
  await start();
  await learn('light', 0);
  const submissions = Array.from({ length: 500 }, (_, i) => [`${i}`, give('light', { do: 'echo' })] as const);
  const { settled, all } = order(Object.fromEntries(submissions));
  await all;
  expect(settled).toEqual(submissions.map(([name]) => name));
});

test('one that takes longer than such requests do holds up nobody behind it', async () => {
  await start({ workers: 2 });
  await learn('light', 0);
  const { settled, all } = order({
    first: give('light', { do: 'echo' }),
    slow: give('light', { do: 'spin', ms: 1500 }),
    ...Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`${i}`, give('light', { do: 'echo' })])),
  });
  await all;
  expect(settled.at(-1)).toBe('slow');
});

test('a worker that dies in the middle of many takes none of the others with it', async () => {
  await start();
  await learn('light', 0);
  const many = Array.from({ length: 30 }, (_, i) => give('light', { do: i === 10 ? 'exit' : 'echo' }));
  const outcomes = await Promise.all(many.map(outcome));
  expect(outcomes).toEqual(many.map((_, i) => (i === 10 ? 'E_INTERNAL' : 'answered')));
  expect(logged).toEqual(['a worker died during a request']);
});

test('a runaway in the middle of many is stopped alone', async () => {
  await start({ timeoutMs: 1000 });
  await learn('light', 0);
  const many = Array.from({ length: 30 }, (_, i) => give('light', { do: i === 10 ? 'spin' : 'echo' }));
  const outcomes = await Promise.all(many.map(outcome));
  // The worker that takes its place may be too late for those behind it: then they are told that none was free.
  expect(outcomes.slice(0, 11)).toEqual([...Array<string>(10).fill('answered'), 'E_DEADLINE']);
  for (const each of outcomes.slice(11)) expect(['answered', 'E_BUSY']).toContain(each);
});

test('light work goes on beside heavy work on every worker', async () => {
  await start({ expressWorkers: 1 });
  await learn('heavy', 100);
  await learn('light', 0);
  await until(() => pool.state().phase === 'ready');
  // The worker for light work may still be starting.
  await sleep(500);
  const { settled, all } = order({
    heavy: give('heavy', { do: 'spin', ms: 3000 }),
    next: give('heavy', { do: 'spin', ms: 100 }),
    light: give('light', { do: 'echo' }),
    new: give('new', { do: 'echo' }),
  });
  await all;
  expect(settled.slice(0, 2).sort()).toEqual(['light', 'new']);
  expect(settled.slice(2)).toEqual(['heavy', 'next']);
});

test('what turns out to be heavy where no heavy work is done waits for another worker', async () => {
  await start({ expressWorkers: 1 });
  await learn('heavy', 100);
  await sleep(500);
  const { settled, all } = order({
    heavy: give('heavy', { do: 'spin', ms: 1500 }),
    weighty: give('new', { do: 'weigh', flops: 1e12 }),
    slight: give('other', { do: 'weigh', flops: 1e3 }),
  });
  await all;
  expect(settled).toEqual(['slight', 'heavy', 'weighty']);
});

// Turns are by time: where the machine holds one of the others up for long, they wait as long.
test('callers take turns', { retry: 3 }, async () => {
  await start();
  await learn('work', 5);
  const flood = Array.from(
    { length: 60 },
    (_, i) => [`flood ${i}`, give('work', { do: 'spin', ms: 5 }, 'flood')] as const,
  );
  const other = Array.from(
    { length: 5 },
    (_, i) => [`other ${i}`, give('work', { do: 'spin', ms: 5 }, 'other')] as const,
  );
  const { settled, all } = order(Object.fromEntries([...flood, ...other]));
  await all;
  expect(settled.indexOf('other 4')).toBeLessThan(20);
});

// Once more where the machine is so busy that what waits takes more than a second.
test('a full queue lets callers with less in, and says when to come back', { retry: 3 }, async () => {
  await start({ queueLimit: 4 });
  await learn('work', 50);
  const mine = Array.from({ length: 5 }, () => give('work', { do: 'spin', ms: 50 }, 'many'));
  const yours = give('work', { do: 'spin', ms: 50 }, 'few');
  const refused = give('work', { do: 'spin', ms: 50 }, 'many');
  expect(await Promise.all([...mine, yours, refused].map(outcome))).toEqual([
    ...Array<string>(4).fill('answered'),
    'E_BUSY',
    'answered',
    'E_BUSY',
  ]);
  await expect(refused.answer).rejects.toMatchObject({ retryAfter: 1 });
});

test('what would wait too long is refused at once', async () => {
  await start({ queueMs: 3000 });
  await learn('work', 1000, 2);
  const submissions = Array.from({ length: 6 }, () => give('work', { do: 'echo' }));
  const outcomes = await Promise.all(submissions.map(outcome));
  expect(outcomes.slice(0, 3)).toEqual(['answered', 'answered', 'answered']);
  expect(outcomes.at(-1)).toBe('E_BUSY');
  await expect(submissions.at(-1)!.answer).rejects.toMatchObject({
    retryAfter: expect.toSatisfy((s: number) => s >= 3) as number,
  });
});

test('bodies that wait are bounded together; one alone is never too large', async () => {
  await start({ queueBytes: 500 });
  const submissions = Array.from({ length: 4 }, () => give('work', { do: 'spin', ms: 20 }));
  expect(await Promise.all(submissions.map(outcome))).toEqual(['answered', 'answered', 'E_BUSY', 'E_BUSY']);
  await start({ queueBytes: 1 });
  expect(await outcome(give('work', { do: 'echo' }))).toBe('answered');
});

test('what cannot be done in time is not begun', async () => {
  await start({ timeoutMs: 1500 });
  await learn('work', 1000, 2);
  const [first, second] = [give('work', { do: 'spin', ms: 1000 }), give('work', { do: 'spin', ms: 1000 })];
  expect(await outcome(first)).toBe('answered');
  expect(await outcome(second)).toBe('E_BUSY');
  expect(pool.state().workers).toEqual({ size: 1, ready: 1, busy: 0 });
});

test('a clock that is set does not end anything', async () => {
  await start({ timeoutMs: 5000 });
  const running = give('work', { do: 'echo', ms: 0 });
  const slow = give('work', { do: 'weigh', flops: 1 });
  vi.useFakeTimers({ toFake: ['Date'] });
  for (const leap of [86_400_000, -86_400_000 * 365, 1]) {
    vi.setSystemTime(Date.now() + leap);
    await sleep(30);
  }
  expect(await Promise.all([running, slow].map(outcome))).toEqual(['answered', 'answered']);
});
