// Clients that take nothing, send nothing, or leave: none of them keeps a connection, a worker or a place in the queue.

import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunningService } from '../service/running.ts';
import { startService } from '../service/running.ts';
import { expectHealthy } from './health.ts';

let service: RunningService;
beforeAll(async () => {
  service = await startService({ environment: { WORKERS: '1', ARRIVAL_MS: '1000', LIMIT_FLOPS: '9007199254740991' } });
});
afterAll(() => service.close());

async function open(): Promise<Socket> {
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
  // Whatever the server does to it.
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

const head = (length: number) => `POST /v1/compute HTTP/1.1\r\nhost: x\r\ncontent-length: ${length}\r\n\r\n`;
const posted = (body: object) => {
  const text = JSON.stringify(body);
  return head(Buffer.byteLength(text)) + text;
};
const connections = () =>
  new Promise<number>((resolve) => service.app.server.getConnections((_error, count) => resolve(count)));
const gone = { timeout: 15_000, interval: 50 };

test('who takes nothing of a large answer is hung up on', async () => {
  const client = await open();
  client.pause();
  client.write(posted({ program: 'y = jnp.zeros((3000000,)) + 0.125', encoding: 'base64' }));
  await expect.poll(() => service.pool.state().workers.busy, { interval: 1 }).toBe(1);
  await expect.poll(connections, gone).toBe(0);
  client.destroy();
});

test('who takes it slowly gets all of it', async () => {
  const client = await open();
  client.pause();
  client.write(posted({ program: 'y = jnp.zeros((600000,)) + 0.125', encoding: 'base64' }));
  let taken = 0;
  // A piece each 20 ms: longer in all than a client may take nothing.
  while (taken < 6_400_000) {
    const piece = client.read() as Buffer | null;
    taken += piece?.length ?? 0;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  // The connection is good for another request.
  client.resume();
  client.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n');
  const [answer] = (await once(client, 'data')) as [Buffer];
  expect(answer.toString('latin1')).toContain('200 OK');
  client.destroy();
});

test('who takes a long computation with patience is not', async () => {
  const client = await open();
  const n = 60;
  const x = Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => Math.sin(i * n + j)));
  // A large answer and a long silence after it, on one connection.
  client.write(posted({ program: 'y = jnp.zeros((20000,)) + 0.125' }));
  client.write(
    posted({
      program: Array(2500).fill('x = x @ x / 5').join('\n'),
      inputs: { x },
      outputs: ['x'],
      timeout_ms: 60_000,
    }),
  );
  let text = '';
  client.on('data', (chunk) => (text += chunk.toString('latin1')));
  await expect.poll(() => text.split('HTTP/1.1 200 OK').length, { timeout: 60_000, interval: 20 }).toBe(3);
  client.destroy();
});

test('who leaves in the middle of a body, or before the answer, leaves nothing behind', async () => {
  const endless = { program: 'for i in range(10**9):\n  for j in range(100):\n    pass\ny = 1' };
  const clients = await Promise.all(Array.from({ length: 30 }, open));
  for (const [i, client] of clients.entries()) {
    if (i % 3 === 0) client.write(posted(endless));
    else if (i % 3 === 1) client.write(head(1000) + '{"program"');
    else client.write('POST /v1/comp');
  }
  await expect.poll(() => service.pool.state().workers.busy, { interval: 1 }).toBeGreaterThanOrEqual(1);
  for (const client of clients) client.destroy();
  await expect.poll(connections, gone).toBe(0);
  await expect.poll(() => service.pool.state().queue.length, gone).toBe(0);
  await expectHealthy(service);
});

test('a thousand that connect and leave', async () => {
  for (let round = 0; round < 10; round++) {
    const clients = await Promise.all(Array.from({ length: 100 }, open));
    for (const [i, client] of clients.entries()) {
      if (i % 2 === 0) client.write('G');
      if (i % 3 === 0) client.resetAndDestroy();
      else client.destroy();
    }
  }
  // The one of the test before, kept alive.
  await expect.poll(connections, gone).toBeLessThanOrEqual(1);
  await expectHealthy(service);
});
