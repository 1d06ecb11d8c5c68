// Bodies whose values would take more memory than a worker has: refused before JSON.parse, which would end the whole process.

import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RequestError } from '../../routes/errors.ts';
import { refuseHeavy } from '../../src/pool/weigh.ts';
import type { RunningService } from '../service/running.ts';
import { post, startService } from '../service/running.ts';
import { expectHealthy } from './health.ts';

let service: RunningService;
beforeAll(async () => {
  service = await startService({ environment: { WORKERS: '1', WORKER_MEMORY_MB: '64' } });
});
afterAll(() => service.close());

const values = ['{}', '[]', '{"a":1}', '[1.5]', '"word"', '1', '[[[[[[[[]]]]]]]]', '{"a":{"b":{"c":{}}}}'];

test.each(values)('tens of millions of %s', async (value) => {
  const body = gzipSync(`{"a":[${`${value},`.repeat(Math.ceil(20_000_000 / (value.length + 1)))}1]}`);
  const { json } = await post(`${service.url}/v1/compute`, body, { 'content-encoding': 'gzip' });
  expect(json).toMatchObject({ status: 422, code: 'E_LIMIT' });
  expect(json.detail).toContain('33554432 bytes of memory');
});

test('a million names', async () => {
  const body = `{"inputs":{${Array.from({ length: 1_000_000 }, (_, i) => `"n${i}":1`).join()}}}`;
  const { json } = await post(`${service.url}/v1/compute`, body);
  expect(json).toMatchObject({ status: 422, code: 'E_LIMIT' });
});

test('and after all that the service is well', () => expectHealthy(service));

test('what is small is not looked at, and what is light passes', () => {
  const heavy = (text: string, most: number) => () => refuseHeavy(Buffer.from(text), most);
  expect(heavy('{},'.repeat(100), 300 * 65)).not.toThrow();
  expect(heavy('{},'.repeat(100), 10_000)).toThrow(RequestError);
  expect(heavy('a'.repeat(9000), 10_000)).not.toThrow();
  expect(heavy('é'.repeat(4000), 10_000)).toThrow(RequestError);
});
