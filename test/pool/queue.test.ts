// The queue before the workers: whose turn it is, what it costs, and who has to leave.

import { expect, test } from 'vitest';
import type { Waiting } from '../../src/pool/queue.ts';
import { FairQueue } from '../../src/pool/queue.ts';

let numbered = 0;
const item = (caller: string, costMs: number, heavy = false, bytes = 1): Waiting => ({
  caller,
  costMs,
  heavy,
  bytes,
  number: numbered++,
});

/** Takes all that there is, in order. */
function drain(queue: FairQueue<Waiting>, heavyToo = true): Waiting[] {
  const taken: Waiting[] = [];
  for (let next = queue.take(heavyToo); next !== undefined; next = queue.take(heavyToo)) taken.push(next);
  return taken;
}

test('one caller is served in order of arrival, light and heavy alike', () => {
  const queue = new FairQueue<Waiting>();
  const items = [item('a', 1), item('a', 100, true), item('a', 1), item('a', 100, true), item('a', 1)];
  items.forEach((each) => queue.add(each));
  expect(drain(queue)).toEqual(items);
  expect(queue).toMatchObject({ size: 0, bytes: 0, ms: 0, callers: 0 });
});

test('light work passes heavy work where no heavy work may run', () => {
  const queue = new FairQueue<Waiting>();
  const [heavy, light] = [item('a', 100, true), item('a', 1)];
  queue.add(heavy);
  queue.add(light);
  expect(queue.take(false)).toBe(light);
  expect(queue.take(false)).toBeUndefined();
  expect(queue.take(true)).toBe(heavy);
});

test('callers take turns by the time their work takes, not by its count', () => {
  const queue = new FairQueue<Waiting>();
  for (let i = 0; i < 100; i++) queue.add(item('slow', 10));
  for (let i = 0; i < 100; i++) queue.add(item('quick', 1));
  const order = drain(queue);
  // While both wait: of the first 110 ms each has had half.
  const had = { slow: 0, quick: 0 };
  for (const { caller, costMs } of order) {
    had[caller as keyof typeof had] += costMs;
    if (had.slow + had.quick >= 110) break;
  }
  expect(Math.abs(had.slow - had.quick)).toBeLessThanOrEqual(20);
});

test('a flood of one caller delays another by one request, however long the flood', () => {
  const queue = new FairQueue<Waiting>();
  for (let i = 0; i < 1000; i++) queue.add(item('flood', 5));
  drainSome(queue, 200);
  const other = item('other', 5);
  queue.add(other);
  expect([queue.take(true), queue.take(true)]).toContain(other);
});

function drainSome(queue: FairQueue<Waiting>, count: number): void {
  for (let i = 0; i < count; i++) queue.take(true);
}

test('idle time is not saved up', () => {
  const queue = new FairQueue<Waiting>();
  for (let i = 0; i < 10; i++) queue.add(item('busy', 10));
  drainSome(queue, 10);
  for (let i = 0; i < 10; i++) {
    queue.add(item('late', 10));
    queue.add(item('busy', 10));
  }
  const first = drain(queue).slice(0, 10);
  expect(first.filter(({ caller }) => caller === 'late').length).toBeLessThanOrEqual(7);
});

test('what took longer than it was taken for is charged to its caller', () => {
  const queue = new FairQueue<Waiting>();
  for (let i = 0; i < 3; i++) queue.add(item('a', 1));
  for (let i = 0; i < 10; i++) queue.add(item('b', 1));
  expect(queue.take(true)!.caller).toBe('a');
  queue.correct('a', 5);
  expect(
    drain(queue)
      .map(({ caller }) => caller)
      .join(''),
  ).toMatch(/^b{5,7}a/);
});

test('what comes back is first, and costs its caller nothing', () => {
  const queue = new FairQueue<Waiting>();
  const [first, second] = [item('a', 1), item('a', 1)];
  queue.add(first);
  queue.add(second);
  const taken = queue.take(true)!;
  queue.giveBack(taken);
  expect(queue.size).toBe(2);
  expect(drain(queue)).toEqual([first, second]);
});

test('what is removed is gone, wherever it stands', () => {
  const queue = new FairQueue<Waiting>();
  const items = [item('a', 1), item('a', 60, true), item('b', 1)];
  items.forEach((each) => queue.add(each));
  const returned = queue.take(true)!;
  queue.giveBack(returned);
  for (const each of items) expect(queue.remove(each)).toBe(true);
  expect(queue.remove(items[0])).toBe(false);
  expect(queue).toMatchObject({ size: 0, bytes: 0, callers: 0 });
  expect(queue.take(true)).toBeUndefined();
});

test('how long one would wait: behind its own work, and its share of others’', () => {
  const queue = new FairQueue<Waiting>();
  for (let i = 0; i < 10; i++) queue.add(item('a', 10));
  queue.add(item('a', 500, true));
  expect(queue.waitMs('a', false)).toBe(100);
  expect(queue.waitMs('a', true)).toBe(600);
  expect(queue.waitMs('newcomer', true)).toBe(0);
  queue.add(item('b', 10));
  expect(queue.waitMs('b', false)).toBe(20);
  expect(queue.waitMs('a', false)).toBe(110);
});

test('a full queue makes room for a caller with less at the cost of the one with most', () => {
  const queue = new FairQueue<Waiting>();
  const many = Array.from({ length: 5 }, () => item('many', 1));
  many.forEach((each) => queue.add(each));
  queue.add(item('few', 1));
  expect(queue.longest('few')).toBe(many.at(-1));
  expect(queue.longest('new')).toBe(many.at(-1));
  expect(queue.longest('many')).toBeUndefined();
});

test('forgets callers of whom nothing waits, and none of whom something does', () => {
  const queue = new FairQueue<Waiting>();
  const kept = item('kept', 1);
  queue.add(kept);
  for (let i = 0; i < 10_000; i++) {
    const passing = item(`caller ${i}`, 1);
    queue.add(passing);
    queue.remove(passing);
  }
  expect(queue.size).toBe(1);
  expect(queue.take(true)).toBe(kept);
});

test('bytes and time are counted as things come and go', () => {
  const queue = new FairQueue<Waiting>();
  queue.add(item('a', 3, false, 100));
  queue.add(item('b', 80, true, 1000));
  expect(queue).toMatchObject({ size: 2, bytes: 1100, ms: 83, callers: 2 });
  queue.take(true);
  expect(queue).toMatchObject({ size: 1, bytes: 1000, ms: 80, callers: 1 });
  expect([...queue.items()]).toHaveLength(1);
});

/** Two workers, and one for light work alone, as the pool has them; time is counted, not waited for. */
function simulate(arrivals: readonly (Waiting & { readonly at: number })[]): Map<Waiting, number> {
  const queue = new FairQueue<Waiting>();
  const coming = [...arrivals].sort((a, b) => a.at - b.at);
  const ends = [0, 0, 0];
  const waited = new Map<Waiting, number>();
  for (let now = 0; waited.size < arrivals.length; now++) {
    while (coming.length > 0 && coming[0].at <= now) queue.add(coming.shift()!);
    ends.forEach((end, worker) => {
      if (end > now) return;
      const next = queue.take(worker < 2) as (Waiting & { readonly at: number }) | undefined;
      if (next === undefined) return;
      waited.set(next, now - next.at);
      ends[worker] = now + next.costMs;
    });
  }
  return waited;
}

test('heavy graphs of one caller do not hold up light ones, of others or its own', () => {
  const heavy = Array.from({ length: 50 }, () => ({ ...item('heavy', 1000, true), at: 0 }));
  const light = Array.from({ length: 1000 }, (_, i) => ({
    ...item(i % 2 === 0 ? 'light' : 'heavy', 1),
    at: 100 + i * 5,
  }));
  const waited = simulate([...heavy, ...light]);
  expect(Math.max(...light.map((each) => waited.get(each)!))).toBeLessThanOrEqual(5);
});
