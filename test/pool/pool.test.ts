// The pool and its team: a worker that is stopped in the middle of shared work leaves its helpers to the others.

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createPool } from '../../src/pool/pool.ts';
import { phase, phaseOf, state } from '../../src/pool/team-control.ts';

test('the helper of a worker that is killed helps again', async () => {
  const logged: string[] = [];
  const say = (_details: object, message: string) => void logged.push(message);
  const pool = createPool({
    worker: new URL('./endless-worker.ts', import.meta.url),
    workers: 2,
    queueLimit: 100,
    timeoutMs: 2000,
    maxTimeoutMs: 2000,
    workerMemoryMb: 64,
    // Two, so that there is one to spare while another worker is asked for its state.
    teamThreads: 2,
    setup: { limits: {} as never, planCacheBytes: 0, vectors: { wide: false, fma: false } },
    log: { error: say, warn: say },
    onBroken: () => void logged.push('broken'),
  });
  await pool.start();
  const ask = (endpoint: string) => pool.submit({ endpoint, body: new Uint8Array(0), coding: 'identity' }).answer;
  const becomes = async (condition: (word: number) => boolean) => {
    for (let tries = 0; !condition(Number(Buffer.from((await ask('state')).body).toString())); tries++) {
      if (tries === 1000) throw new Error('it never came to that');
      await sleep(10);
    }
  };
  await becomes((word) => word === state.free);
  for (let i = 0; i < 2; i++) {
    const stopped = ask('endless').catch((error: unknown) => error);
    await becomes((word) => phaseOf(word) === phase.running);
    expect(await stopped).toMatchObject({ code: 'E_DEADLINE' });
    await becomes((word) => word === state.free);
    // One worker is kept busy for ever, the other is asked.
    while (pool.state().workers.ready < 2) await sleep(10);
  }
  await pool.destroy();
  expect(logged).not.toContain('broken');
});
