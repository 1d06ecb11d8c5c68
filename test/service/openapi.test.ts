// openapi.yaml against the running service: every example is sent, and every answer fits its schema.

import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { isWorkerEndpoint } from '../../routes/endpoint.ts';
import { endpoints } from '../../routes/index.ts';
import type { RunningService } from './running.ts';
import { startService } from './running.ts';

interface Content {
  readonly [type: string]: {
    readonly schema: object;
    readonly examples?: Readonly<Record<string, { value: unknown }>>;
  };
}
interface Response {
  readonly $ref?: string;
  readonly content?: Content;
}
interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly example: string }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, Response>>;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly responses: Readonly<Record<string, Response>> };
}

const document = parse(readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8')) as Document;
const ajv = new Ajv2020({ strict: false, validateFormats: false });
ajv.addSchema(document, 'openapi.yaml');

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), ...operation })),
);

let service: RunningService;
beforeAll(async () => {
  service = await startService({ environment: { WORKERS: '1' } });
});
afterAll(() => service.close());

/** What the document says of an answer: its schema and, under the example's name, the answer itself. */
function documented(
  operation: Operation,
  status: number,
  type: string,
  name?: string,
): { schema: object; value: unknown } {
  const response = operation.responses[status];
  expect(response, `${operation.operationId} documents ${status}`).toBeDefined();
  const { content } =
    response.$ref === undefined ? response : document.components.responses[response.$ref.split('/').at(-1)!];
  const media = content![type.split(';', 1)[0]];
  expect(media, `${operation.operationId} documents ${type}`).toBeDefined();
  return { schema: media.schema, value: name === undefined ? undefined : media.examples?.[name]?.value };
}

function expectToFit(schema: object, value: unknown): void {
  const local = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"openapi.yaml#/')) as object;
  const fits = ajv.compile(local);
  expect(fits(value), JSON.stringify(fits.errors)).toBe(true);
}

/** What differs from run to run, or from one processor to another, where kernels keep more or less for themselves. */
function steady(answer: unknown): unknown {
  if (typeof answer !== 'object' || answer === null) return answer;
  const { instance: _instance, peak_bytes: _bytes, passes: _passes, stats, ...rest } = answer as Varying;
  return stats === undefined
    ? rest
    : { ...rest, stats: { ...stats, plan: '', compile_ms: 0, run_ms: 0, check_ms: 0, peak_bytes: 0 } };
}

interface Varying {
  readonly instance?: string;
  readonly peak_bytes?: number;
  readonly passes?: unknown;
  readonly stats?: object;
}

async function read(response: Awaited<ReturnType<typeof fetch>>): Promise<{ type: string; answer: unknown }> {
  const type = response.headers.get('content-type')!;
  const text = await response.text();
  return { type, answer: /json/.test(type) ? (JSON.parse(text) as unknown) : text };
}

describe.each(endpoints.filter(isWorkerEndpoint))('$method $path', ({ id, path, examples }) => {
  const operation = operations.find(({ operationId }) => operationId === id)!;

  test.each(examples)('$name', async ({ name, body }) => {
    const response = await fetch(service.url + path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
    const { type, answer } = await read(response);
    const { schema, value } = documented(operation, response.status, type, name);
    expectToFit(schema, answer);
    expect(steady(answer)).toEqual(steady(value));
    const shown = operation.requestBody!.content['application/json'];
    if (response.status !== 400) {
      expect(shown.examples![name].value).toEqual(body);
      expectToFit(shown.schema, body);
    }
  });

  test('every example in the document is one of these', () => {
    const names = Object.keys(operation.requestBody!.content['application/json'].examples!);
    expect(examples.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
  });
});

describe.each(operations.filter(({ method }) => method === 'GET'))('GET $path', (operation) => {
  test('answers as documented', async () => {
    const path = (operation.parameters ?? []).reduce(
      (at, { name, example }) => at.replace(`{${name}}`, encodeURIComponent(example)),
      operation.path,
    );
    const response = await fetch(service.url + path);
    expect(response.status).toBe(200);
    const { type, answer } = await read(response);
    expectToFit(documented(operation, 200, type).schema, answer);
  });
});

test('every problem shown fits the schema of problems', () => {
  const responses = [
    ...operations.flatMap((o) => Object.values(o.responses)),
    ...Object.values(document.components.responses),
  ];
  const problems = responses.flatMap(({ content }) => {
    const media = content?.['application/problem+json'];
    return media === undefined
      ? []
      : Object.values(media.examples ?? {}).map(({ value }) => ({ schema: media.schema, value }));
  });
  expect(problems.length).toBeGreaterThan(10);
  for (const { schema, value } of problems) expectToFit(schema, value);
});

test('every endpoint but the root is documented', () => {
  expect(operations.map(({ operationId }) => operationId).sort()).toEqual(
    endpoints.flatMap(({ id }) => (id === 'root' ? [] : [id])).sort(),
  );
});
