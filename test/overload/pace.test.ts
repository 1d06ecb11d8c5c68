// Pacing of refusals: a burst goes at once, a flood so many a second, nobody is forgotten and nobody waits for long.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createPace } from '../../src/overload/pace.ts';

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => vi.useRealTimers());

/** Holds so many refusals; how many have gone so far. */
function flood(pace: ReturnType<typeof createPace>, count: number) {
  const sent: number[] = [];
  const forget = Array.from({ length: count }, (_, i) => pace.hold(() => void sent.push(i)));
  return { sent, forget };
}

test('a few go at once', () => {
  const { sent } = flood(createPace(), 50);
  expect(sent).toHaveLength(50);
  expect(vi.getTimerCount()).toBe(0);
});

test('of a flood a burst goes at once, and the rest in turn', () => {
  const pace = createPace();
  const { sent } = flood(pace, 700);
  expect(sent).toHaveLength(100);
  expect(pace.held).toBe(600);
  vi.advanceTimersByTime(1000);
  expect(sent.length).toBeGreaterThan(450);
  expect(sent.length).toBeLessThan(550);
  vi.advanceTimersByTime(1000);
  expect(sent).toEqual(Array.from({ length: 700 }, (_, i) => i));
  vi.advanceTimersByTime(100);
  expect(vi.getTimerCount()).toBe(0);
});

test('clients that ask again whenever they are answered are answered so many times a second', () => {
  const pace = createPace();
  let answers = 0;
  const ask = (): void => void pace.hold(() => (answers++, again.push(ask)));
  const again: (() => void)[] = [];
  for (let i = 0; i < 500; i++) ask();
  for (let ms = 0; ms < 5000; ms += 10) {
    for (const next of again.splice(0)) next();
    vi.advanceTimersByTime(10);
  }
  expect(answers).toBeGreaterThan(1900);
  expect(answers).toBeLessThan(2200);
});

test('nobody waits much longer than two seconds, however many there are', () => {
  const { sent } = flood(createPace(), 4000);
  vi.advanceTimersByTime(2500);
  expect(sent).toHaveLength(4000);
});

test('more than can wait go soon, the first first', () => {
  const { sent } = flood(createPace(), 9000);
  vi.advanceTimersByTime(500);
  expect(sent.length).toBeGreaterThanOrEqual(4000);
  expect(sent.slice(0, 10)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('who has left is forgotten, and takes nobody’s turn', () => {
  const pace = createPace();
  const { sent, forget } = flood(pace, 300);
  for (const each of forget.slice(100, 200)) each();
  expect(pace.held).toBe(100);
  vi.advanceTimersByTime(300);
  expect(sent).toEqual([...Array(100).keys(), ...Array.from({ length: 100 }, (_, i) => 200 + i)]);
});
