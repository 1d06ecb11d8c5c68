// Bytes between clients and the service are bounded: who floods loses its own, and nobody else does.

import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { createTransit } from '../../src/overload/transit.ts';
import type { RunningService } from '../service/running.ts';
import { post, startService } from '../service/running.ts';

describe('the account', () => {
  const dropped: string[] = [];
  afterEach(() => void dropped.splice(0));
  const drop = (name: string) => () => void dropped.push(name);

  test('the largest of the caller with most is dropped, until the rest has room', () => {
    const transit = createTransit(100);
    const [a1, a2, b] = [transit.begin('a', drop('a1')), transit.begin('a', drop('a2')), transit.begin('b', drop('b'))];
    a1.add(30);
    b.add(45);
    a2.add(25);
    expect([transit.bytes, dropped]).toEqual([100, []]);
    // b alone is the largest, but a has more in all.
    b.add(1);
    expect([transit.bytes, dropped]).toEqual([71, ['a1']]);
    a1.add(1000);
    expect(transit.bytes).toBe(71);
    a2.add(60);
    expect([transit.bytes, dropped]).toEqual([46, ['a1', 'a2']]);
  });

  test('what ends is forgotten, and ends once', () => {
    const transit = createTransit(100);
    const passage = transit.begin('a', drop('a'));
    passage.add(80);
    passage.end();
    passage.end();
    expect(transit.bytes).toBe(0);
    transit.begin('b', drop('b')).add(90);
    expect([transit.bytes, dropped]).toEqual([90, []]);
  });

  test('what is alone may be larger, until another comes', () => {
    const transit = createTransit(100);
    transit.begin('a', drop('large')).add(500);
    expect(dropped).toEqual([]);
    transit.begin('b', drop('small')).add(10);
    expect([transit.bytes, dropped]).toEqual([10, ['large']]);
  });
});

describe('the service', () => {
  let service: RunningService;
  const start = async (environment: Record<string, string>, worker?: string) => {
    service = await startService({
      environment: { WORKERS: '1', ...environment },
      ...(worker !== undefined && { worker: new URL(worker, import.meta.url) }),
    });
  };
  const opened: Socket[] = [];
  afterEach(async () => {
    for (const socket of opened.splice(0)) socket.destroy();
    await service.close();
  });

  async function open(): Promise<Socket> {
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
    socket.on('error', () => {});
    opened.push(socket);
    await once(socket, 'connect');
    return socket;
  }
  const head = (length: number) => `POST /v1/compute HTTP/1.1\r\nhost: x\r\ncontent-length: ${length}\r\n\r\n`;

  test('answers that nobody takes are cut off when there are too many; small requests beside them never notice', async () => {
    await start({ TRANSIT_BYTES: '30000000' });
    const body = JSON.stringify({ program: 'y = jnp.zeros((1000000,)) + 0.125', encoding: 'base64' });
    const deaf = await Promise.all(Array.from({ length: 12 }, open));
    for (const socket of deaf) {
      socket.pause();
      socket.write(head(body.length) + body);
    }
    // Each is 10.7 MB, of which two have room.
    await expect.poll(() => service.traffic.load().requests, { timeout: 20_000 }).toBeLessThanOrEqual(2);
    for (let i = 0; i < 5; i++) {
      expect((await post(`${service.url}/v1/compute`, { program: 'y = x', inputs: { x: i } })).status).toBe(200);
    }
  });

  test('bodies that do not end are refused when there are too many; small requests beside them never notice', async () => {
    await start({ TRANSIT_BYTES: '1000000' }, '../service/obeying-worker.ts');
    const slow = await Promise.all(Array.from({ length: 8 }, open));
    const answers = slow.map((socket) => {
      let text = '';
      socket.on('data', (chunk) => (text += String(chunk)));
      return () => text;
    });
    for (const socket of slow) socket.write(head(400_000) + 'x'.repeat(300_000));
    // Three have room.
    await expect.poll(() => answers.filter((answer) => answer() !== '').length, { timeout: 20_000 }).toBe(5);
    for (const answer of answers) {
      if (answer() === '') continue;
      expect(answer()).toMatch(/^HTTP\/1\.1 503 /);
      expect(answer()).toMatch(/retry-after: 1\r\n/);
      expect(answer()).toContain('E_BUSY');
    }
    expect((await post(`${service.url}/v1/compute`, { pad: 'x'.repeat(100_000) })).status).toBe(200);
    for (const socket of slow) socket.destroy();
    await expect.poll(() => service.traffic.load().requests).toBe(0);
  });

  test('a body larger than the bound is taken, alone', async () => {
    await start({ TRANSIT_BYTES: '1000' }, '../service/obeying-worker.ts');
    expect((await post(`${service.url}/v1/compute`, { pad: 'x'.repeat(1_000_000) })).status).toBe(200);
  });
});
