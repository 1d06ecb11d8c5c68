// Each hostile message gets the answer it must, soon; what is no answer of HTTP's is a problem that gives nothing away.

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunningService } from '../service/running.ts';
import { startService } from '../service/running.ts';
import { sendRaw } from '../service/raw.ts';
import { expectHealthy, expectNoLeak } from './health.ts';
import { messages } from './messages.ts';

let service: RunningService;
beforeAll(async () => {
  service = await startService({
    environment: { WORKERS: '1', ARRIVAL_MS: '2000', BODY_LIMIT_BYTES: '1600000' },
  });
});
afterAll(() => service.close());

test.concurrent.each(messages)('$name: $status', async ({ bytes, status, code }) => {
  const answer = await sendRaw(service.url, bytes);
  expect(answer.status).toBe(status);
  if (code !== undefined) {
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.headers['x-request-id']).toBeTruthy();
    expect(JSON.parse(Buffer.from(answer.body, 'latin1').toString())).toMatchObject({ status, code });
    expectNoLeak(answer.text, String(bytes));
  }
});

test('no request hides behind another', async () => {
  const hidden = 'GET /v1/ops/hidden HTTP/1.1\r\nhost: x\r\n\r\n';
  const start = `POST /v1/compute HTTP/1.1\r\nhost: x\r\n`;
  for (const message of [
    `${start}content-length: ${hidden.length + 5}\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
    `${start}transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n${hidden}`,
    `${start}transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n${hidden}`,
    `${start}content-length: 0\r\ncontent-length: ${hidden.length}\r\n\r\n${hidden}`,
    `${start}transfer-encoding: chunked\r\n\r\n0;\n\r\n\r\n${hidden}`,
    `${start}x: y\r\n transfer-encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
  ]) {
    const { status, text, closed } = await sendRaw(service.url, message);
    expect([message, status]).toEqual([message, 400]);
    expect(text).not.toContain('hidden');
    expect(closed || /connection: close/i.test(text)).toBe(true);
  }
});

test('and after all that the service is well', () => expectHealthy(service));
