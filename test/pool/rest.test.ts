// What a worker does between requests: memory goes back when it is much too large, and when there is nothing to do.

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createMachine } from '../../engine/index.ts';
import { restBetween } from '../../src/pool/rest.ts';

/** A machine that is asked whether it lets go of memory, and does when `spare` says so. */
function machine(spare: (idle: boolean) => boolean) {
  const asked: boolean[] = [];
  const trim = (idle: boolean): number => {
    asked.push(idle);
    return spare(idle) ? 64e6 : 0;
  };
  return { asked, machine: { ...createMachine({ wide: false, fma: true }), trim } };
}

test('after each request memory that is much too large is replaced', () => {
  let requests = 0;
  const { machine: tested, asked } = machine((idle) => !idle && requests === 2);
  const rest = restBetween(tested);
  for (; requests < 5; requests++) rest.done();
  expect(asked).toEqual([false, false, false, false, false]);
  expect(rest.replaced).toBe(1);
});

test('a thread without work gives all but a little back, once', async () => {
  const { machine: tested, asked } = machine((idle) => idle);
  const rest = restBetween(tested, 30);
  rest.done();
  await sleep(10);
  expect(rest.replaced).toBe(0);
  while (rest.replaced === 0) await sleep(5);
  await sleep(50);
  expect(asked).toEqual([false, true]);
});
