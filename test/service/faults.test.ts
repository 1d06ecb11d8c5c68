// Faults around a running service: what one client, worker or clock does wrong, the others do not notice.

import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import type { RunningService } from './running.ts';
import { post, startService } from './running.ts';

let service: RunningService;

/** A service whose workers obey their bodies. */
async function start(environment: Record<string, string> = {}): Promise<void> {
  service = await startService({ environment, worker: new URL('./obeying-worker.ts', import.meta.url) });
}

afterEach(async () => {
  vi.useRealTimers();
  await service.close();
});

const order = (body: object) => post(`${service.url}/v1/compute`, body);
const health = async () => (await fetch(`${service.url}/healthz`)).status;
const idle = () => {
  const { workers, queue } = service.pool.state();
  return workers.busy === 0 && queue.length === 0;
};

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = performance.now() + 20_000; !(await condition());) {
    if (performance.now() > end) throw new Error('it never came to that');
    await sleep(5);
  }
}

async function open(): Promise<Socket> {
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
  // What the server makes of it is the test's business.
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

const head = (length: number) => `POST /v1/compute HTTP/1.1\r\nhost: x\r\ncontent-length: ${length}\r\n\r\n`;
const connections = () =>
  new Promise<number>((resolve, reject) =>
    service.app.server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
  );

test('a worker that is killed under load takes its own request with it, and no other', async () => {
  await start();
  const orders = Array.from({ length: 200 }, (_, i) => ({ do: i % 67 === 5 ? 'exit' : 'spin', ms: 1, i }));
  const answers = await Promise.all(orders.map(order));
  for (const [i, { status, json }] of answers.entries()) {
    if (orders[i].do === 'exit') expect(json).toMatchObject({ status: 500, code: 'E_INTERNAL' });
    else expect([status, json]).toEqual([200, orders[i]]);
  }
});

test('a worker that runs out of memory under load: the same', async () => {
  await start({ WORKER_MEMORY_MB: '64' });
  const orders = Array.from({ length: 50 }, (_, i) => ({ do: i === 10 ? 'exhaust' : 'spin', ms: 1, i }));
  const answers = await Promise.all(orders.map(order));
  expect(answers[10].json).toMatchObject({ status: 422, code: 'E_LIMIT' });
  answers.splice(10, 1);
  for (const { status } of answers) expect(status).toBe(200);
});

test('clients that stall in the middle of their bodies hold no worker and no other client', async () => {
  await start({ WORKERS: '1' });
  const stalled = await Promise.all(Array.from({ length: 50 }, open));
  for (const socket of stalled) socket.write(`${head(1000)}{"do"`);
  await sleep(20);
  expect(service.pool.state()).toMatchObject({ workers: { busy: 0 }, queue: { length: 0 } });
  for (let i = 0; i < 20; i++) expect((await order({ i })).status).toBe(200);
  expect(await health()).toBe(200);
  for (const socket of stalled) socket.destroy();
});

test('clients that do not read their answers hold no worker and no other client', async () => {
  await start({ WORKERS: '1' });
  const body = JSON.stringify({ pad: 'x'.repeat(2_000_000) });
  const deaf = await Promise.all(Array.from({ length: 5 }, open));
  for (const socket of deaf) {
    socket.pause();
    socket.write(head(body.length) + body);
  }
  await until(idle);
  for (let i = 0; i < 20; i++) expect((await order({ i })).status).toBe(200);
  for (const socket of deaf) socket.destroy();
});

test('connections that drop in the middle of a body never reach a worker', async () => {
  await start({ WORKERS: '1' });
  for (let i = 0; i < 100; i++) {
    const socket = await open();
    socket.write(`${head(10_000)}{"do":"exit","pad":"${'x'.repeat(i * 50)}`);
    if (i % 2 === 0) socket.resetAndDestroy();
    else socket.destroy();
  }
  await until(async () => (await connections()) === 0);
  expect(service.pool.state()).toMatchObject({ workers: { size: 1, ready: 1, busy: 0 }, queue: { length: 0 } });
  expect((await order({})).status).toBe(200);
});

test('a thousand clients that connect and leave, at every stage, leave nothing behind', async () => {
  await start();
  const body = JSON.stringify({ do: 'spin', ms: 1 });
  const whole = head(body.length) + body;
  for (let round = 0; round < 10; round++) {
    const sockets = await Promise.all(Array.from({ length: 100 }, open));
    sockets.forEach((socket, i) => {
      // Nothing, a part of the head, all but the last byte, everything, everything and half of another.
      const stages = ['', whole.slice(0, 20), whole.slice(0, -1), whole, whole + whole.slice(0, 30)];
      socket.write(stages[i % stages.length]);
      if (i % 3 === 0) socket.destroy();
      else if (i % 3 === 1) socket.resetAndDestroy();
      else setTimeout(() => socket.destroy(), i % 7);
    });
    expect(await health()).toBe(200);
  }
  await until(async () => idle() && (await connections()) <= 1);
  await until(() => service.pool.state().workers.ready === 2);
  expect((await order({ last: true })).json).toEqual({ last: true });
});

test('a clock that is set forward and back ends nothing early and lets nothing run on', async () => {
  await start({ WORKERS: '1', TIMEOUT_MS: '1500' });
  const slow = order({ do: 'echo', pad: 'first' });
  vi.useFakeTimers({ toFake: ['Date'] });
  const began = performance.now();
  const runaway = order({ do: 'spin' });
  for (const leap of [3_600_000, -86_400_000, 86_400_000]) {
    vi.setSystemTime(Date.now() + leap);
    expect((await fetch(`${service.url}/healthz`)).status).toBe(200);
  }
  expect((await slow).status).toBe(200);
  expect((await runaway).json).toMatchObject({ status: 504, code: 'E_DEADLINE' });
  expect(performance.now() - began).toBeGreaterThan(1400);
});

test('far past capacity the service sheds, answers what it takes, and stays in health', async () => {
  await start({ WORKERS: '1', QUEUE_LIMIT: '20' });
  const end = performance.now() + 2000;
  const counts = { answered: 0, refused: 0 };
  const healths: number[] = [];
  const client = async (): Promise<void> => {
    while (performance.now() < end) {
      // 5 ms each: a hundred clients are far more than one worker can have.
      const { status, headers, json } = await order({ do: 'spin', ms: 5 });
      if (status === 200) counts.answered++;
      else {
        counts.refused++;
        expect(json).toMatchObject({ status: 503, code: 'E_BUSY' });
        expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      }
    }
  };
  const probe = async (): Promise<void> => {
    while (performance.now() < end) {
      healths.push(await health());
      expect(service.pool.state().queue.length).toBeLessThanOrEqual(21);
      await sleep(20);
    }
  };
  await Promise.all([probe(), ...Array.from({ length: 100 }, client)]);
  expect(new Set(healths)).toEqual(new Set([200]));
  expect(counts.refused).toBeGreaterThan(0);
  // Of 400 that there is time for on a quiet machine.
  expect(counts.answered).toBeGreaterThan(50);
  await until(idle);
});

test('heavy work of some does not starve the light work of others', async () => {
  await start({ WORKERS: '1', EXPRESS_WORKERS: '1', TIMEOUT_MS: '60000' });
  const heavy = { pad: 'heavy'.repeat(40), do: 'spin', ms: 400 };
  const light = { pad: 'light'.repeat(40), do: 'echo' };
  await order(heavy);
  await order(heavy);
  await order(light);
  await sleep(500);
  const flood = Array.from({ length: 10 }, () => order(heavy));
  const ended: string[] = [];
  const all = flood.map((answer) => answer.then(() => ended.push('heavy')));
  for (let i = 0; i < 10; i++) {
    expect((await order(light)).status).toBe(200);
    ended.push('light');
  }
  await Promise.all(all);
  // Ten heavy ones take four seconds; the light ones are through after a few of them at the worst.
  expect(ended.lastIndexOf('light')).toBeLessThan(ended.lastIndexOf('heavy'));
  expect(ended.filter((each) => each === 'heavy')).toHaveLength(10);
});
