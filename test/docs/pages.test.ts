// Every request on a page is sent, and what the page says comes back does.

import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningService } from '../service/running.ts';
import { startService } from '../service/running.ts';
import { examplesOf, firstJson } from './markdown.ts';

const root = new URL('../../', import.meta.url);
const pages = [
  'README.md',
  ...readdirSync(new URL('docs/', root))
    .filter((f) => f.endsWith('.md'))
    .map((f) => `docs/${f}`),
];
const examples = pages.flatMap(examplesOf);

/** The page about access is about a server with the keys that it shows. */
const guarded = 'docs/access.md';

let service: RunningService;
let guardedService: RunningService;
beforeAll(async () => {
  service = await startService();
  const API_KEYS = JSON.stringify(firstJson(guarded));
  guardedService = await startService({ environment: { WORKERS: '1', API_KEYS, KEY_IN_PATH: 'allow' } });
});
afterAll(async () => {
  await service.close();
  await guardedService.close();
});

test('the pages have examples', () => {
  expect(examples.filter((e) => e.at.startsWith('README.md')).length).toBeGreaterThanOrEqual(5);
  expect(examples.filter((e) => e.at.startsWith('docs/from-autograd.md')).length).toBeGreaterThanOrEqual(9);
});

describe.each(examples)('$at $method $path', ({ at, method, path, headers, body, answer }) => {
  test('answers as the page says', async () => {
    // What curl says of a body given with -d.
    const form: Record<string, string> =
      body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
    const { url } = at.startsWith(guarded) ? guardedService : service;
    const response = await fetch(`${url}${path}`, { method, body, headers: { ...form, ...headers } });
    const text = await response.text();
    expect(response.status, text).toBe(statusSaid(answer));
    if (answer !== undefined) expect(JSON.parse(text)).toMatchObject(answer as object);
  });
});

/** A page that shows a problem shows its status. */
function statusSaid(answer: unknown): number {
  const status = (answer as { status?: unknown } | undefined)?.status;
  return typeof status === 'number' ? status : 200;
}
