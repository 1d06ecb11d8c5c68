// What requests are expected to take, learnt from what requests like them took.

import { expect, test } from 'vitest';
import { Estimates, heavyMs, likenessOf, lightMs } from '../../src/pool/estimate.ts';
import type { Job } from '../../src/pool/messages.ts';

const job = (text: string, caller = 'a'): Job => ({
  endpoint: 'compute',
  body: Buffer.from(text),
  coding: 'identity',
  caller,
});
const program = (text: string, x: number) => likenessOf(job(`{"program":"${text}","inputs":{"x":${x}}}`));

test('nothing is known of what has never come', () => {
  const estimates = new Estimates();
  const small = estimates.of(likenessOf(job('{}')));
  const large = estimates.of(likenessOf(job('x'.repeat(1e6))));
  expect(small.known).toBe(false);
  expect(large.known).toBe(false);
  expect(large.ms).toBeGreaterThan(small.ms);
});

test('the same computation on other numbers takes as long, once it is compiled', () => {
  const estimates = new Estimates();
  estimates.learn(program('y = x', 1), 30);
  estimates.learn(program('y = x', 2), 0.1);
  expect(estimates.of(program('y = x', 3)).ms).toBeCloseTo(0.1, 9);
  expect(estimates.of(program('y = x * x', 3)).known).toBe(false);
});

test('slowly changes its mind', () => {
  const estimates = new Estimates();
  const like = program('y = x', 1);
  for (let i = 0; i < 100; i++) estimates.learn(like, 1);
  estimates.learn(like, 9);
  expect(estimates.of(like).ms).toBeCloseTo(2, 5);
});

test('a caller whose requests of a size are all light is believed, until one is not', () => {
  const estimates = new Estimates();
  // The numbers stand first: each has a form of its own.
  const numbersFirst = (i: number, caller = 'a') =>
    likenessOf(
      job(
        `{"inputs":{"x":[${Array.from({ length: 40 }, (_, k) => (1000 + ((i * 37 + k) % 997)).toString()).join()}]}}`,
        caller,
      ),
    );
  for (let i = 0; i < 8; i++) estimates.learn(numbersFirst(i), 0.2);
  expect(estimates.of(numbersFirst(100)).known).toBe(true);
  expect(estimates.of(numbersFirst(100)).ms).toBeLessThan(lightMs);
  expect(estimates.of(numbersFirst(100, 'somebody else')).known).toBe(false);
  estimates.learn(numbersFirst(101), heavyMs);
  expect(estimates.of(numbersFirst(102)).known).toBe(false);
});

test('remembers what is asked for, and not everything', () => {
  const estimates = new Estimates();
  const asked = program('y = x', 1);
  estimates.learn(asked, 7);
  for (let i = 0; i < 20_000; i++) {
    estimates.learn(program(`y = ${i}`, 1), 10);
    if (i % 500 === 0) expect(estimates.of(asked)).toEqual({ ms: 7, known: true });
  }
  expect(estimates.of(program('y = 0', 1)).known).toBe(false);
});
