// What must hold after every hostile request: nothing of ours given away, every worker there, the next request answered.

import { expect } from 'vitest';
import type { RunningService } from '../service/running.ts';
import { post } from '../service/running.ts';

/** Paths, stacks and values that only we could have put there, and that `sent` did not have. */
export function expectNoLeak(text: string, sent: string): void {
  const ours = /\.ts\b|node_modules|node:|\bat \w+ \(|\[object |\/(home|usr|etc|tmp|app)\/|\bundefined\b/g;
  const found = [...text.matchAll(ours)].map(([words]) => words).filter((words) => !sent.includes(words));
  expect(found).toEqual([]);
}

/** Every worker is at rest and warm, and computes. */
export async function expectHealthy({ pool, url }: RunningService): Promise<void> {
  const { size } = pool.state().workers;
  // A worker that a deadline or a lost client has cost is replaced soon.
  const atRest = { workers: { size, ready: size, busy: 0 }, queue: { length: 0 } };
  await expect.poll(() => pool.state(), { timeout: 25_000 }).toMatchObject(atRest);
  const { status, json } = await post(`${url}/v1/compute`, { program: 'y = x * x', inputs: { x: 3 } });
  expect([status, json['outputs']]).toEqual([200, { y: { dtype: 'float64', shape: [], data: 9 } }]);
}
