// API keys before a running service: who is let in, what each may do, how often and how much at once.

import { hash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readKeys } from '../../src/access/keys.ts';
import type { RunningService } from '../service/running.ts';
import { post, startService } from '../service/running.ts';

const key = (name: string) => `ctg_${name}`.padEnd(47, 'k');
const record = (name: string, more: object = {}) => ({
  name,
  sha256: hash('sha256', key(name)),
  scopes: ['compute', 'catalogue'],
  ...more,
});
const bearer = (name: string) => ({ authorization: `Bearer ${key(name)}` });
const square = { program: 'y = x * x', inputs: { x: 3 } };

const logged: string[] = [];
let service: RunningService;
let compute: string;

beforeAll(async () => {
  service = await startService({
    environment: {
      WORKERS: '1',
      API_KEYS: JSON.stringify([
        record('alice'),
        record('reader', { scopes: ['catalogue'] }),
        record('scraper', { scopes: ['metrics'] }),
        record('slow', { rate_per_minute: 2 }),
        record('narrow', { concurrency: 1 }),
        record('old', { expires: '2020-01-01T00:00:00Z' }),
        record('new', { expires: '2999-01-01T00:00:00Z' }),
      ]),
      KEY_IN_PATH: 'allow',
    },
    log: (line) => void logged.push(JSON.stringify(line)),
  });
  compute = `${service.url}/v1/compute`;
});
afterAll(() => service.close());

describe('without a key', () => {
  test.each(['/healthz', '/readyz', '/openapi.yaml', '/openapi.json', '/problems/shape-mismatch', '/docs'])(
    'GET %s is for everyone',
    async (path) => {
      expect((await fetch(service.url + path)).status).toBe(200);
    },
  );

  test.each(['/v1/ops', '/v1/ops/tanh', '/v1/limits'])('GET %s is not', async (path) => {
    const response = await fetch(service.url + path);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="cotangent"');
    expect(await response.json()).toMatchObject({ status: 401, code: 'E_UNAUTHENTICATED' });
  });

  test('nor is POST /v1/compute, and the hint says what to send', async () => {
    const { status, json, headers } = await post(compute, square);
    expect(status).toBe(401);
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(json.errors![0].hint).toContain('Authorization: Bearer');
  });
});

describe('GET /metrics', () => {
  test('needs its scope', async () => {
    const ask = async (headers: Record<string, string>) => (await fetch(`${service.url}/metrics`, { headers })).status;
    expect(await Promise.all([ask({}), ask(bearer('alice')), ask(bearer('scraper'))])).toEqual([401, 403, 200]);
  });

  test('or is open, where the operator says so', async () => {
    const environment = { WORKERS: '1', API_KEYS: '[]', METRICS_ACCESS: 'open' };
    const open = await startService({ environment });
    try {
      expect((await fetch(`${open.url}/metrics`)).status).toBe(200);
      expect((await fetch(`${open.url}/v1/ops`)).status).toBe(401);
    } finally {
      await open.close();
    }
  });
});

describe('a key that does not hold', () => {
  test.each([
    ['unknown', `Bearer ${key('mallory')}`],
    ['expired', `Bearer ${key('old')}`],
    ['of the right length, one letter off', `Bearer ${key('alice').slice(0, -1)}j`],
    ['its own digest', `Bearer ${hash('sha256', key('alice'))}`],
    ['another scheme', `Basic ${Buffer.from('alice:x').toString('base64')}`],
    ['no scheme', key('alice')],
    ['nothing', 'Bearer'],
    ['two words', `Bearer ${key('alice')} x`],
    ['a token where none are taken', 'Bearer a.b.c'],
  ])('%s: 401 with the reason in WWW-Authenticate', async (_name, authorization) => {
    const { status, json, headers } = await post(compute, square, { authorization });
    expect([status, json.code]).toEqual([401, 'E_UNAUTHENTICATED']);
    expect(headers.get('www-authenticate')).toBe('Bearer realm="cotangent", error="invalid_token"');
    expect(JSON.stringify(json)).not.toContain(authorization.split(' ')[1] ?? 'ctg_');
  });
});

describe('a key that holds', () => {
  test.each(['alice', 'new'])('%s computes', async (name) => {
    expect((await post(compute, square, bearer(name))).status).toBe(200);
  });

  test('the scheme is written in any case', async () => {
    expect((await post(compute, square, { authorization: `bearer ${key('alice')}` })).status).toBe(200);
  });

  test('does what its scopes say, and the 403 names the one that is missing', async () => {
    expect((await fetch(`${service.url}/v1/ops/tanh`, { headers: bearer('reader') })).status).toBe(200);
    const { status, json, headers } = await post(compute, square, bearer('reader'));
    expect([status, json.code]).toEqual([403, 'E_FORBIDDEN']);
    expect(headers.get('www-authenticate')).toBe(
      'Bearer realm="cotangent", error="insufficient_scope", scope="compute"',
    );
  });

  test('is told its own limits', async () => {
    const ask = async (name: string) => {
      const response = await fetch(`${service.url}/v1/limits`, { headers: bearer(name) });
      return (await response.json()) as object;
    };
    expect(await ask('slow')).toMatchObject({
      limits: { body_bytes: 67108864 },
      caller: { name: 'slow', scopes: ['compute', 'catalogue'], rate_per_minute: 2, concurrency: null },
    });
    expect(await ask('narrow')).toMatchObject({ caller: { rate_per_minute: null, concurrency: 1 } });
  });

  test('is refused before its body is read', async () => {
    const { status } = await post(compute, 'x'.repeat(1_000_000), bearer('mallory'));
    expect(status).toBe(401);
  });
});

test('a rate of its own: 429 with Retry-After, and what is left on every answer', async () => {
  const answers = [];
  // The test above has asked once.
  for (let i = 0; i < 2; i++) answers.push(await post(compute, square, bearer('slow')));
  expect(answers.map(({ status }) => status)).toEqual([200, 429]);
  const [first, second] = answers;
  expect(first.headers.get('ratelimit-limit')).toBe('2');
  expect(first.headers.get('ratelimit-remaining')).toBe('0');
  expect(Number(first.headers.get('ratelimit-reset'))).toBeGreaterThan(0);
  expect(Number(second.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(second.json).toMatchObject({ status: 429, code: 'E_RATE' });
  expect(second.json.detail).toContain('2 requests a minute');
  expect((await post(compute, square, bearer('alice'))).headers.has('ratelimit-limit')).toBe(false);
});

test('as many at once as it may have: 429 for one more, and the place comes back', async () => {
  const slow = {
    program: Array(40).fill('x = x @ x / 1000').join('\n'),
    inputs: { x: Array.from({ length: 200 }, () => Array.from({ length: 200 }, () => 1)) },
    outputs: [],
  };
  const first = post(compute, slow, bearer('narrow'));
  await expect.poll(() => service.pool.state().workers.busy, { interval: 2 }).toBe(1);
  const { json, headers } = await post(compute, square, bearer('narrow'));
  expect(json).toMatchObject({ status: 429, code: 'E_CONCURRENCY' });
  expect(headers.get('retry-after')).toBe('1');
  expect((await first).status).toBe(200);
  await expect.poll(async () => (await post(compute, square, bearer('narrow'))).status).toBe(200);
});

describe('a key in the address', () => {
  const at = (name: string, path: string) => `${service.url}/k/${key(name)}${path}`;

  test('does as the same key in a header', async () => {
    expect((await post(at('alice', '/v1/compute'), square)).status).toBe(200);
    expect((await post(at('reader', '/v1/compute'), square)).status).toBe(403);
    expect((await post(at('mallory', '/v1/compute'), square)).status).toBe(401);
    expect((await fetch(at('alice', '/v1/ops/tanh?x=1'))).status).toBe(200);
    expect((await fetch(at('alice', ''), { redirect: 'manual' })).status).toBe(302);
    expect((await fetch(at('alice', '/k/x/v1/ops'))).status).toBe(404);
  });

  test('a header goes before it', async () => {
    expect((await post(at('alice', '/v1/compute'), square, bearer('reader'))).status).toBe(403);
  });
});

test('no key is in any log line or answer', async () => {
  await post(`${service.url}/k/${key('alice')}/nowhere`, square);
  // Twice, in capitals, and where no key belongs.
  const [k, other] = [key('alice'), key('bob')];
  for (const path of [`/k/${k}/v1/nowhere`, `/k/${k}/k/${other}/v1/ops`, `/K/${k}/v1/ops`, `/v1/ops/${k}`, `/${k}`]) {
    const missing = await fetch(service.url + path, { headers: bearer('alice') });
    expect([path, missing.status]).toEqual([path, 404]);
    expect(await missing.text()).not.toContain('kkk');
  }
  expect(logged.length).toBeGreaterThan(20);
  expect(logged.filter((line) => line.includes('kkk'))).toEqual([]);
  expect(logged.some((line) => line.includes('"caller":"alice"'))).toBe(true);
});

describe('elsewhere', () => {
  let plain: RunningService;
  beforeAll(async () => {
    plain = await startService({
      environment: { WORKERS: '1', API_KEYS: JSON.stringify([record('alice')]), RATE_LIMIT: '3' },
      log: (line) => void logged.push(JSON.stringify(line)),
    });
  });
  afterAll(() => plain.close());

  test('a key in the address leads nowhere, and stays out of the log all the same', async () => {
    const response = await fetch(`${plain.url}/k/${key('alice')}/v1/ops`);
    expect(response.status).toBe(404);
    expect(await response.text()).not.toContain('ctg_');
    expect(logged.filter((line) => line.includes('kkk'))).toEqual([]);
  });

  test('who tries many keys is slowed down', async () => {
    const statuses = [];
    for (let i = 0; i < 5; i++) {
      const { status, headers } = await post(`${plain.url}/v1/compute`, square, bearer(`guess${i}`));
      statuses.push(status);
      if (status === 429) expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
    expect((await post(`${plain.url}/v1/compute`, square, bearer('alice'))).status).toBe(200);
  });
});

test('without keys, limits hold for each address', async () => {
  const open = await startService({ environment: { WORKERS: '1', RATE_LIMIT: '2' } });
  try {
    const statuses = [];
    for (let i = 0; i < 3; i++) statuses.push((await post(`${open.url}/v1/compute`, square)).status);
    expect(statuses).toEqual([200, 200, 429]);
    expect((await fetch(`${open.url}/healthz`)).status).toBe(200);
  } finally {
    await open.close();
  }
});

describe('records', () => {
  const read = (API_KEYS: string, API_KEYS_FILE = '') => readKeys({ API_KEYS, API_KEYS_FILE });

  test('none at all', () => {
    expect(read('')).toBeUndefined();
  });

  test('from a file, and from both', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'keys-'));
    try {
      const file = join(folder, 'keys.json');
      await writeFile(file, JSON.stringify([record('bob')]));
      const keys = read(JSON.stringify([record('alice')]), file)!;
      expect(['alice', 'bob', 'carol'].map((name) => keys.find(key(name), 0)?.name)).toEqual([
        'alice',
        'bob',
        undefined,
      ]);
      expect(() => read(JSON.stringify([record('bob')]), file)).toThrow('Two API keys have the name bob.');
      expect(() => read('', join(folder, 'none.json'))).toThrow('API_KEYS_FILE cannot be read: ENOENT.');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test.each([
    ['no JSON', '{"name": ctg_secret', 'API_KEYS is not JSON'],
    ['no list', '{}', 'API_KEYS is wrong at its root'],
    ['a key that is not hashed', JSON.stringify([record('a', { sha256: key('a') })]), 'wrong at /0/sha256'],
    ['an unknown scope', JSON.stringify([record('a', { scopes: ['root'] })]), 'wrong at /0/scopes/0'],
    ['an unknown field', JSON.stringify([record('a', { key: key('a') })]), 'wrong at /0/key'],
    ['no date', JSON.stringify([record('a', { expires: 'soon' })]), 'wrong at /0/expires'],
  ])('%s: said, and nothing of it quoted', (_name, text, message) => {
    expect(() => read(text)).toThrow(message);
    expect(() => read(text)).not.toThrow(/ctg_/);
  });
});
