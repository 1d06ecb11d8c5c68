// memory_limit over HTTP: what it answers, and what is said where it is no limit or cannot be kept.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningService } from './running.ts';
import { post, startService } from './running.ts';

let service: RunningService;
beforeAll(async () => {
  service = await startService({ environment: { WORKERS: '1', LIMIT_BYTES: '2000000' } });
});
afterAll(() => service.close());

const send = (path: string, body: object) => post(`${service.url}${path}`, body);
const numbers = (n: number) => Array.from({ length: n }, (_, i) => Math.sin(i));

/** A recurrence of n turns that keeps 64 numbers for each. */
const recurrence = (n: number) => ({
  program: `h = lax.fori_loop(0, ${n}, lambda i, h: jnp.sin(h) + x, x)\ny = jnp.sum(h)`,
  inputs: { x: numbers(64) },
  gradients: [{ of: 'y', wrt: ['x'] }],
});

describe('POST /v1/compute', () => {
  test('keeps the limit, with the same numbers, and tells what that costs', async () => {
    const free = await send('/v1/compute', recurrence(1000));
    const tight = await send('/v1/compute', { ...recurrence(1000), memory_limit: 100_000 });
    expect(tight.status).toBe(200);
    expect(tight.json['gradients']).toEqual(free.json['gradients']);
    const { stats } = tight.json as { stats: { peak_bytes: number; recompute: unknown } };
    expect(stats.peak_bytes).toBeLessThanOrEqual(100_000);
    const { peak_bytes } = (free.json as { stats: { peak_bytes: number } }).stats;
    expect(stats.recompute).toMatchObject({ peak_bytes: stats.peak_bytes, without: { peak_bytes } });
    expect(free.json['stats']).not.toHaveProperty('recompute');
  });

  test('computes again what is over the limit of the service', async () => {
    const { status, json } = await send('/v1/compute', recurrence(10_000));
    expect(status).toBe(200);
    expect(json['stats']).toMatchObject({ recompute: { without: { peak_bytes: expect.any(Number) as number } } });
    const explained = await send('/v1/explain', recurrence(10_000));
    const { recompute } = (json as { stats: { recompute: object } }).stats;
    expect(explained.json).toMatchObject({ recompute });
  });

  test.each([
    [0, 'a whole number from 1 to 9007199254740991, and is 0'],
    [-5, 'a whole number from 1 to 9007199254740991, and is -5'],
    [1.5, 'a whole number from 1 to 9007199254740991, and is 1.5'],
    ['1MB', 'a whole number from 1 to 9007199254740991, and is "1MB"'],
    [null, 'a whole number from 1 to 9007199254740991, and is null'],
  ])('a limit of %j is none', async (memory_limit, message) => {
    const { status, json } = await send('/v1/compute', { ...recurrence(10), memory_limit });
    expect(status).toBe(400);
    expect(json['errors']).toEqual([{ pointer: '/memory_limit', message: `"memory_limit" should be ${message}.` }]);
  });

  test('that cannot be kept is a 422 that tells the least', async () => {
    const { status, json } = await send('/v1/compute', { ...recurrence(1000), memory_limit: 5000 });
    expect(status).toBe(422);
    expect(json).toMatchObject({ code: 'E_LIMIT', errors: [{ pointer: '/memory_limit' }] });
    const [{ message, hint }] = json['errors'] as { message: string; hint: string }[];
    const least = Number(/needs (\d+) bytes/.exec(message)![1]);
    expect(hint).toBe(`${least} is the least that was found.`);
    expect((await send('/v1/compute', { ...recurrence(1000), memory_limit: least })).status).toBe(200);
  });

  test('that is above the limit of the service changes nothing', async () => {
    const wide = { program: 'y = jnp.sum(jnp.sort(jnp.broadcast_to(x, (1000, 1000)), axis=0))', inputs: { x: 1 } };
    const { status, json } = await send('/v1/compute', { ...wide, memory_limit: 1e12 });
    expect(status).toBe(422);
    expect(json['errors']).toMatchObject([{ pointer: '' }]);
  });
});

test('POST /v1/check has no limit of its own', async () => {
  const { status, json } = await send('/v1/check', { ...recurrence(3), memory_limit: 1e6 });
  expect(status).toBe(400);
  expect(json['errors']).toMatchObject([{ pointer: '/memory_limit' }]);
});
