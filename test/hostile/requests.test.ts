// Each hostile request gets the answer it must; a refusal is a problem that says where, quotes little and gives nothing away.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer, RunningService } from '../service/running.ts';
import { startService } from '../service/running.ts';
import { bodies } from './bodies.ts';
import type { RequestCase } from './case.ts';
import { fieldCases } from './fields.ts';
import { graphs } from './graphs.ts';
import { expectHealthy, expectNoLeak } from './health.ts';
import { programs } from './programs.ts';
import { tensors } from './tensors.ts';

/** What the service thinks worth an operator's look: nothing here should be. */
const errors: unknown[] = [];
const error = 50;

let service: RunningService;
beforeAll(async () => {
  service = await startService({
    log: (line) => void (Number(line['level']) >= error && errors.push(line)),
    environment: { WORKERS: '2', DECOMPRESSED_LIMIT_BYTES: '16000000', TIMEOUT_MS: '80000' },
  });
});
afterAll(() => service.close());

describe.each(Object.entries({ bodies, tensors, fields: fieldCases, graphs, programs }))('%s', (_name, cases) => {
  test.each(cases)('$name: $status', { timeout: 90_000 }, async (given) => {
    const { status, type, text } = await send(given);
    const answer = JSON.parse(text) as Answer;
    const { code = given.code, detail } = answer;
    expect(errors.splice(0)).toEqual([]);
    expect([status, code, detail]).toEqual([given.status, given.code ?? code, detail]);
    if (status === 200) return;
    expect(type).toBe('application/problem+json');
    expectNoLeak(text, typeof given.body === 'string' ? given.body : JSON.stringify(given.body));
    expect(text.length).toBeLessThan(20_000);
    expect(answer.errors!.length).toBeGreaterThan(0);
    for (const { message } of answer.errors!) expect(message).not.toBe('');
  });
});

async function send({ path = '/v1/compute', method = 'POST', headers, body }: RequestCase) {
  const bytes = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
  const response = await fetch(service.url + path, {
    method,
    body: bytes as BodyInit,
    headers: { 'content-type': 'application/json', ...headers },
  });
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
}

test('good requests among hostile ones never notice', { timeout: 90_000 }, async () => {
  const square: RequestCase = { name: 'good', body: { program: 'y = x * x', inputs: { x: 3 } }, status: 200 };
  const quick = [...bodies, ...tensors, ...fieldCases].filter((_case, i) => i % 5 === 0);
  const answers = await Promise.all(quick.flatMap((hostile) => [send(hostile), send(square)]));
  const expected = quick.flatMap(({ status }) => [status, 200]);
  expect(answers.map(({ status }) => status)).toEqual(expected);
});

test('and after all that the service is well', () => expectHealthy(service));
