// The native endpoints when all goes well: answers, forms, headers.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningService } from './running.ts';
import { post, startService } from './running.ts';

let service: RunningService;
beforeAll(async () => {
  service = await startService({ environment: { WORKERS: '1' } });
});
afterAll(() => service.close());

const get = (path: string, init?: RequestInit) => fetch(service.url + path, init);
const square = { program: 'y = x * x', inputs: { x: [1, 2] }, gradients: [{ of: 'y', wrt: ['x'] }] };

describe('POST /v1/compute', () => {
  test('answers with outputs and gradients', async () => {
    const { status, headers, json } = await post(`${service.url}/v1/compute`, square);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json');
    expect(json).toMatchObject({
      outputs: { y: { dtype: 'float64', shape: [2], data: [1, 4] } },
      gradients: [{ of: 'y', wrt: { x: { dtype: 'float64', shape: [2], data: [2, 4] } } }],
      jvps: [],
      graph_id: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string,
      stats: { plan: expect.stringMatching('compiled|cached') as string },
    });
  });

  test('keeps the plan of a repeated request, and nothing else', async () => {
    const asked = { ...square, program: 'y = 3 * x * x' };
    const first = await post(`${service.url}/v1/compute`, asked);
    const second = await post(`${service.url}/v1/compute`, asked);
    expect([first, second].map(({ json }) => json['stats'])).toMatchObject([{ plan: 'compiled' }, { plan: 'cached' }]);
    const [a, b] = [first.json, second.json].map(({ stats: _stats, ...answer }) => answer);
    expect(a).toEqual(b);
  });
});

describe('POST /v1/explain', () => {
  const explain = (format?: string) =>
    get('/v1/explain', {
      method: 'POST',
      body: JSON.stringify({ ...square, ...(format && { format }) }),
      headers: { 'content-type': 'application/json' },
    });

  test.each([
    [undefined, 'application/json', '"graph_id"'],
    ['json', 'application/json', '"nodes"'],
    ['text', 'text/plain; charset=utf-8', 'multiply'],
    ['dot', 'text/vnd.graphviz; charset=utf-8', 'digraph'],
    ['svg', 'image/svg+xml', '<svg'],
  ])('as %s', async (format, type, part) => {
    const response = await explain(format);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(type);
    expect(await response.text()).toContain(part);
  });

  test('a picture of hundreds of nodes takes no minutes', async () => {
    const layers = Array.from({ length: 30 }, (_, i) => i);
    const response = await get('/v1/explain', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        program: [...layers.map((i) => `h = jnp.tanh(h @ w${i} + b${i})`), 'loss = jnp.mean(h ** 2)'].join('\n'),
        inputs: Object.fromEntries([
          ['h', [[1, 2]]],
          ...layers.flatMap((i) => [
            [
              `w${i}`,
              [
                [1, 2],
                [3, 4],
              ],
            ],
            [`b${i}`, [1, 2]],
          ]),
        ]),
        gradients: [{ of: 'loss', wrt: layers.flatMap((i) => [`w${i}`, `b${i}`]) }],
        format: 'svg',
        timeout_ms: 20_000,
      }),
    });
    expect(response.status).toBe(200);
  });

  test('a picture of thousands of nodes is refused', async () => {
    const program = Array.from({ length: 1200 }, (_, i) => `x = x + ${i}.5`).join('\n');
    const { json } = await post(`${service.url}/v1/explain`, { program, inputs: { x: 1 }, format: 'svg' });
    expect(json).toMatchObject({ status: 422, code: 'E_LIMIT', errors: [{ pointer: '/format' }] });
  });
});

describe('GET', () => {
  test('/v1/ops lists the catalogue', async () => {
    const { ops } = (await (await get('/v1/ops')).json()) as { ops: { name: string }[] };
    expect(ops.map(({ name }) => name)).toEqual(expect.arrayContaining(['tanh', 'matmul', 'sum']));
  });

  test('/v1/ops/{name} describes one, by name or alias', async () => {
    expect(await (await get('/v1/ops/tanh')).json()).toMatchObject({ name: 'tanh', differentiable: 'yes' });
  });

  test('/healthz and /readyz', async () => {
    expect(await (await get('/healthz')).json()).toEqual({ status: 'ok' });
    expect(await (await get('/readyz')).json()).toMatchObject({
      status: 'ready',
      workers: { size: 1, ready: 1, busy: 0 },
      queue: { length: 0, limit: 1024 },
      limits: { timeout_ms: 30_000, json_depth: 128 },
    });
  });

  test('a probe with a body, as some clients send it', async () => {
    const response = await service.app.inject({
      method: 'GET',
      url: '/healthz',
      headers: { 'content-type': 'application/json' },
      payload: 'null',
    });
    expect(response.statusCode).toBe(200);
  });

  test('/openapi.yaml and /openapi.json are one document', async () => {
    const yaml = await get('/openapi.yaml');
    expect(yaml.headers.get('content-type')).toBe('application/yaml');
    expect(await yaml.text()).toContain('openapi: 3.1.0');
    expect(await (await get('/openapi.json')).json()).toMatchObject({ openapi: '3.1.0', info: { title: 'Cotangent' } });
  });

  test('/ leads to /docs, a page that loads nothing from elsewhere', async () => {
    const root = await get('/', { redirect: 'manual' });
    expect([root.status, root.headers.get('location')]).toEqual([302, '/docs']);
    const page = await get('/docs');
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    const html = await page.text();
    const assets = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address);
    expect(assets.length).toBeGreaterThan(3);
    for (const asset of assets) {
      expect(asset).toMatch(/^\/docs\//);
      expect((await get(asset)).status).toBe(200);
    }
  });

  test('HEAD is GET without the body', async () => {
    const response = await get('/healthz', { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
  });
});

describe('X-Request-Id', () => {
  const idOf = async (headers: Record<string, string>) =>
    (await get('/nowhere', { headers })).headers.get('x-request-id');

  test('a sane one is kept, and named by the problem', async () => {
    const response = await get('/nowhere', { headers: { 'x-request-id': 'run-7/a' } });
    expect(response.headers.get('x-request-id')).toBe('run-7/a');
    expect(await response.json()).toMatchObject({ instance: 'urn:request:run-7%2Fa' });
  });

  test('any other is replaced', async () => {
    const uuid = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;
    expect(await idOf({})).toMatch(uuid);
    expect(await idOf({ 'x-request-id': 'x'.repeat(200) })).toMatch(uuid);
    expect(await idOf({ 'x-request-id': 'a"b' })).toMatch(uuid);
  });

  test('no answer says what serves it', async () => {
    const { headers } = await get('/healthz');
    expect(headers.has('server')).toBe(false);
    expect(headers.has('x-powered-by')).toBe(false);
  });
});
