// The pool's workers share what they compile, and the main thread can tell how plans fare.

import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunningService } from '../service/running.ts';
import { post, startService } from '../service/running.ts';
import type { PoolStats } from '../../src/pool/counts.ts';

let service: RunningService;
let before: PoolStats;
beforeEach(async () => {
  service = await startService({ environment: { WORKERS: '2', TIMEOUT_MS: '20000' } });
  before = service.pool.stats();
});
afterEach(() => service.close());

const ask = async (program: string, x: readonly number[] = [0.1, 0.2]): Promise<Record<string, unknown>> => {
  const gradients = [{ of: 'y', wrt: ['x'] }];
  const { status, json } = await post(`${service.url}/v1/compute`, { program, inputs: { x }, gradients });
  expect(status).toBe(200);
  return { outputs: json['outputs'], gradients: json['gradients'] };
};

/** What was counted since the start, once so many requests are: workers count when their answers are out. */
async function counted(requests: number): Promise<Record<string, number>> {
  for (;;) {
    const { plans, code } = service.pool.stats();
    const hits = plans.hits - before.plans.hits;
    const misses = plans.misses - before.plans.misses;
    const compiled = code.compiled - before.code.compiled;
    const received = code.received - before.code.received;
    if (hits + misses >= requests) return { hits, misses, compiled, received };
    await sleep(5);
  }
}

const long = Array.from({ length: 40 }, (_, i) => `a${i + 1} = jnp.tanh(a${i} * ${i}.5) + jnp.sin(a${i})`).join('\n');

test('what both workers are asked at once is shared, and answered alike', async () => {
  const program = `a0 = x\n${long}\ny = a40.sum()`;
  const answers = await Promise.all(Array.from({ length: 40 }, () => ask(program)));
  for (const answer of answers) expect(answer).toEqual(answers[0]);
  const { compiled, received, misses } = await counted(40);
  // Once, unless the main thread was too busy to say that it has it.
  expect(compiled).toBeGreaterThanOrEqual(1);
  expect(compiled + received).toBe(misses);
});

test('other names and other spelling are the same code', async () => {
  const first = await ask('a = jnp.exp(x) * 3\ny = a.sum()');
  expect(await ask('# The same.\nb = 3 * 1\ny = jnp.sum(jnp.exp(x) * 3)')).toEqual(first);
  const { misses, compiled, received } = await counted(2);
  expect(misses).toBe(2);
  // Nothing, where the same worker has it.
  expect(compiled + received).toBeLessThanOrEqual(2);
});

test('the first answer has the same bits as every other', async () => {
  const program = 'y = (jnp.tanh(x) * jnp.exp(jnp.sin(x))).sum()';
  const x = Array.from({ length: 50 }, (_, i) => Math.sin(i));
  const first = await ask(program, x);
  for (let i = 0; i < 5; i++) expect(await ask(program, x)).toEqual(first);
});

test('counts outlive their worker', async () => {
  await ask('y = x.sum() * 2');
  await counted(1);
  const { plans, code } = service.pool.stats();
  expect(plans.held).toBeGreaterThan(0);
  expect(plans.bytes).toBeGreaterThan(0);
  expect(code.held).toBeGreaterThan(0);
  expect(service.pool.stats().memory.bytes).toBeGreaterThan(0);
  const endless =
    'a = x\nfor i in range(1000):\n  a = jnp.exp(a) @ jnp.ones((2, 3000)) @ jnp.ones((3000, 2))\ny = a.sum()';
  await post(`${service.url}/v1/compute`, { program: endless, inputs: { x: [1, 2] }, timeout_ms: 1 });
  while (service.pool.state().workers.ready < 2) await sleep(10);
  const after = service.pool.stats();
  expect(after.plans.misses).toBeGreaterThanOrEqual(plans.misses);
  expect(after.code.compiled).toBeGreaterThanOrEqual(code.compiled);
});
