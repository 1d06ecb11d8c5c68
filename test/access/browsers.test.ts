// What browsers are told: which pages may ask (CORS), and what may be done with an answer.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningService } from '../service/running.ts';
import { startService } from '../service/running.ts';

const square = JSON.stringify({ program: 'y = x * x', inputs: { x: 3 } });
const services: RunningService[] = [];
async function start(environment: Record<string, string>): Promise<RunningService> {
  const service = await startService({ environment: { WORKERS: '1', ...environment } });
  services.push(service);
  return service;
}
afterAll(() => Promise.all(services.map((service) => service.close())));

const preflight = (url: string, origin: string) =>
  fetch(url, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    },
  });

describe('without CORS_ORIGINS', () => {
  let url: string;
  beforeAll(async () => ({ url } = await start({})));

  test('no page of another origin may ask', async () => {
    const response = await preflight(`${url}/v1/compute`, 'https://page.example');
    expect(response.headers.has('access-control-allow-origin')).toBe(false);
    const asked = await fetch(`${url}/v1/ops/tanh`, { headers: { origin: 'https://page.example' } });
    expect(asked.headers.has('access-control-allow-origin')).toBe(false);
  });

  test('an answer is data, and nothing else', async () => {
    for (const path of ['/healthz', '/v1/ops/tanh', '/nowhere', '/v1/compute']) {
      const { headers } = await fetch(url + path);
      expect(Object.fromEntries(headers)).toMatchObject({
        'content-security-policy': "default-src 'none';frame-ancestors 'none'",
        'x-content-type-options': 'nosniff',
        'cross-origin-resource-policy': 'same-origin',
      });
      expect(headers.has('strict-transport-security')).toBe(false);
    }
  });

  test('the reference page has a policy that lets its own parts in', async () => {
    const { headers } = await fetch(`${url}/docs`);
    expect(headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-frame-options': 'SAMEORIGIN',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
    });
  });
});

describe('with CORS_ORIGINS', () => {
  let url: string;
  beforeAll(async () => ({ url } = await start({ CORS_ORIGINS: 'https://a.example, https://b.example' })));

  test('pages of the origins named may ask', async () => {
    const response = await preflight(`${url}/v1/compute`, 'https://b.example');
    expect(response.status).toBe(204);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': 'https://b.example',
      'access-control-allow-methods': 'GET, HEAD, POST, PUT, DELETE',
      'access-control-max-age': '7200',
    });
    expect(response.headers.get('access-control-allow-headers')).toContain('Authorization');
  });

  test('answers and errors can be read there', async () => {
    const headers = { origin: 'https://a.example', 'content-type': 'application/json' };
    for (const [body, status] of [
      [square, 200],
      ['nonsense', 400],
    ] as const) {
      const response = await fetch(`${url}/v1/compute`, { method: 'POST', body, headers });
      expect(response.status).toBe(status);
      expect(response.headers.get('access-control-allow-origin')).toBe('https://a.example');
      expect(response.headers.get('access-control-expose-headers')).toContain('Retry-After');
      expect(response.headers.get('vary')).toContain('Origin');
    }
  });

  test('pages of others may not', async () => {
    for (const origin of ['https://c.example', 'null', 'https://a.example.evil.example']) {
      const response = await preflight(`${url}/v1/compute`, origin);
      expect(response.headers.get('access-control-allow-origin')).not.toBe(origin);
      const asked = await fetch(`${url}/v1/ops/tanh`, { headers: { origin } });
      expect(asked.headers.has('access-control-allow-origin')).toBe(false);
    }
  });
});

test('with * any page may ask, and a 401 can be read there too', async () => {
  const { url } = await start({ CORS_ORIGINS: '*', API_KEYS: '[]' });
  expect((await preflight(`${url}/v1/compute`, 'https://c.example')).headers.get('access-control-allow-origin')).toBe(
    '*',
  );
  const refused = await fetch(`${url}/v1/compute`, {
    method: 'POST',
    body: square,
    headers: { origin: 'https://c.example' },
  });
  expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([401, '*']);
});
