// Random requests, made to shrink: whatever stands where in a request to whatever address, it is answered, soon, and never by 5xx.

import { deflateSync, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { endpoints } from '../../routes/index.ts';
import { decode } from '../../src/pool/decode.ts';
import { RequestError } from '../../routes/errors.ts';
import { sendRaw } from '../service/raw.ts';
import type { RunningService } from '../service/running.ts';
import { startService } from '../service/running.ts';
import { requests } from './arbitrary.ts';
import { expectHealthy, expectNoLeak } from './health.ts';

/** The same on every run; FUZZ_RUNS and FUZZ_SEED make longer ones. */
const runs = Number(process.env['FUZZ_RUNS'] ?? 150);
const options = { seed: Number(process.env['FUZZ_SEED'] ?? 20_261_125), numRuns: runs };

let service: RunningService;
beforeAll(async () => {
  service = await startService({
    environment: {
      WORKERS: '2',
      TIMEOUT_MS: '20000',
      LIMIT_TENSOR_ELEMENTS: '100000',
      LIMIT_FLOPS: '10000000',
      LIMIT_BYTES: '50000000',
      LIMIT_PROGRAM_STEPS: '20000',
      LIMIT_NODES: '5000',
      DECOMPRESSED_LIMIT_BYTES: '1000000',
      ARRIVAL_MS: '2000',
    },
  });
});
afterAll(() => service.close());

// A property of hundreds of requests takes longer than a test of one, and much longer on a busy machine.
const slow = { timeout: 120_000 + runs * 100 };

async function post(path: string, body: string | Uint8Array, headers: Record<string, string> = {}) {
  const response = await fetch(service.url + path, {
    method: 'POST',
    body: body as BodyInit,
    headers: { 'content-type': 'application/json', ...headers },
  });
  const text = await response.text();
  expectAnswer(response.status, response.headers.get('content-type'), text, String(body));
  return { status: response.status, text };
}

function expectAnswer(status: number, type: string | null, text: string, sent: string): void {
  expect(status, text).toBeLessThan(500);
  if (status < 400) return;
  expect(type).toBe('application/problem+json');
  expect(JSON.parse(text)).toMatchObject({ status });
  expectNoLeak(text, sent);
}

describe('a request of random parts', () => {
  test('to /v1/compute', slow, async () => {
    const property = fc.asyncProperty(requests, async (body) => void (await post('/v1/compute', JSON.stringify(body))));
    await fc.assert(property, options);
  });

  test('to /v1/explain, in any format', slow, async () => {
    const format = fc.constantFrom('json', 'text', 'dot', 'svg', 'png');
    const property = fc.asyncProperty(requests, format, async (body, format) => {
      const asked = typeof body === 'object' && !Array.isArray(body) ? { ...body, format } : body;
      const { status, text } = await post('/v1/explain', JSON.stringify(asked));
      if (status === 200 && format === 'svg') expect(text).not.toMatch(/<script|<foreignObject|xlink:href| on\w+=/i);
    });
    await fc.assert(property, options);
  });

  test('is answered the same in gzip and deflate, and the second time', slow, async () => {
    await fc.assert(
      fc.asyncProperty(requests, async (body) => {
        const text = JSON.stringify(body);
        const answers = [
          await post('/v1/compute', text),
          await post('/v1/compute', gzipSync(text), { 'content-encoding': 'gzip' }),
          await post('/v1/compute', deflateSync(text), { 'content-encoding': 'deflate' }),
        ].map(({ status, text }) => ({ status, answer: steady(text) }));
        expect(answers[1]).toEqual(answers[0]);
        expect(answers[2]).toEqual(answers[0]);
      }),
      { ...options, numRuns: Math.ceil(runs / 3) },
    );
  });
});

/** Without what differs from run to run. */
function steady(text: string): unknown {
  const { stats: _stats, instance: _instance, ...rest } = JSON.parse(text) as { stats?: object; instance?: string };
  return rest;
}

describe('a message of random parts', () => {
  const token = fc.oneof(
    fc.constantFrom(
      'content-length',
      'transfer-encoding',
      'content-encoding',
      'content-type',
      'expect',
      'connection',
      'upgrade',
    ),
    fc.constantFrom(
      'host',
      'authorization',
      'accept',
      'origin',
      'x-request-id',
      'range',
      'te',
      'trailer',
      'cookie',
      'x',
    ),
  );
  const value = fc.oneof(
    fc.constantFrom(
      '0',
      '2',
      '-1',
      '99999999999',
      'chunked',
      'gzip',
      'identity',
      'close',
      'upgrade',
      'h2c',
      '100-continue',
      '*/*',
      '',
    ),
    fc.string({ unit: 'binary', maxLength: 20 }).map((text) => text.replaceAll(/[\r\n\0]/g, '')),
  );
  const path = fc.oneof(
    fc.constantFrom(
      ...endpoints.map(({ path }) => path),
      '/docs',
      '/docs/static/index.html',
      '*',
      '//',
      '/%',
      '/k/a/v1/ops',
    ),
    fc.webPath(),
    fc.string({ unit: 'binary-ascii', maxLength: 20 }).map((text) => `/${text.replaceAll(/[\s\0]/g, '')}`),
  );
  const method = fc.constantFrom(
    'GET',
    'POST',
    'PUT',
    'DELETE',
    'PATCH',
    'HEAD',
    'OPTIONS',
    'TRACE',
    'QUERY',
    'PROPFIND',
    'X',
  );
  const message = fc
    .tuple(method, path, fc.array(fc.tuple(token, value), { maxLength: 4 }), fc.string({ maxLength: 20 }))
    .map(([verb, at, headers, body]) => {
      const lines = headers.map(([name, text]) => `${name}: ${text}\r\n`).join('');
      return `${verb} ${at} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${lines}\r\n${body}`;
    });

  test('is answered, or refused, and never by 5xx', slow, async () => {
    const property = fc.asyncProperty(fc.array(message, { minLength: 8, maxLength: 8 }), async (messages) => {
      await Promise.all(
        messages.map(async (bytes) => {
          const { status, text } = await sendRaw(service.url, Buffer.from(bytes, 'latin1'));
          expect(status, bytes).toBeGreaterThanOrEqual(200);
          expect(status, bytes).toBeLessThan(500);
          if (status >= 400) expectNoLeak(text, bytes);
        }),
      );
    });
    await fc.assert(property, { ...options, numRuns: Math.ceil(runs / 4) });
  });

  test('as bytes alone', slow, async () => {
    const property = fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (bytes) => {
      const { status } = await sendRaw(service.url, Buffer.concat([bytes, Buffer.from('\r\n\r\n')]));
      // Empty lines are no message yet: more is waited for.
      expect([400, 408]).toContain(status);
    });
    await fc.assert(property, { ...options, numRuns: Math.ceil(runs / 2) });
  });
});

describe('the readers', () => {
  const limits = { decompressed_bytes: 1e6, json_depth: 16, json_bytes: 1e9, tensor_elements: 1e4 };
  const place = { fields: new Map([['inputs', { names: 'tensor' as const }]]) };

  test('any value comes back as it went, packed or not', slow, () => {
    const packings = { identity: (text: string) => Buffer.from(text), gzip: gzipSync, deflate: deflateSync };
    const property = fc.property(
      fc.jsonValue({ maxDepth: 6 }),
      fc.constantFrom('identity', 'gzip', 'deflate'),
      (value, coding) => {
        const text = JSON.stringify(value);
        expect(decode(packings[coding](text), coding, limits)).toEqual(JSON.parse(text));
      },
    );
    fc.assert(property, { ...options, numRuns: runs * 4 });
  });

  test('any bytes are read or refused, in every coding', slow, () => {
    const property = fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom('identity', 'gzip', 'deflate'),
      fc.boolean(),
      (bytes, coding, placed) => {
        try {
          decode(bytes, coding, limits, placed ? place : undefined, { bytes: 0, elements: 0, characters: 0 });
        } catch (error) {
          expect(error).toBeInstanceOf(RequestError);
        }
      },
    );
    fc.assert(property, { ...options, numRuns: runs * 10 });
  });
});

test('and after all that the service is well', () => expectHealthy(service));
