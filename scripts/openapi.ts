// openapi.yaml: the endpoints' schemas and examples as one OpenAPI 3.1 document.

import { readFile } from 'node:fs/promises';
import type { TSchema } from '@sinclair/typebox';
import { stringify } from 'yaml';
import type { Access, Endpoint } from '../routes/endpoint.ts';
import { isWorkerEndpoint } from '../routes/endpoint.ts';
import type { ErrorCode } from '../routes/errors.ts';
import { endpoints } from '../routes/index.ts';
import { Problem, referenced } from '../routes/native/schemas.ts';
import { problemTypes } from '../src/problem.ts';
import type { Shown } from './openapi-examples.ts';
import { commonProblems, showExamples, showProblem } from './openapi-examples.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type JsonObject = { [key: string]: Json };

/** The text of the file. */
export async function openapi(): Promise<string> {
  const schemas: JsonObject = {};
  const paths: Record<string, JsonObject> = {};
  for (const schema of referenced) externalise(schema, schemas);
  for (const endpoint of endpoints) {
    if (endpoint.doc === undefined) continue;
    paths[endpoint.path] = {
      ...paths[endpoint.path],
      [endpoint.method.toLowerCase()]: await operation(endpoint, endpoint.doc, schemas),
    };
  }
  const problem = externalise(Problem, schemas);
  const document = {
    openapi: '3.1.0',
    info: await info(),
    servers: [{ url: '/', description: 'This server.' }],
    security: [],
    tags: [
      { name: 'compute', description: 'Values and derivatives of a posted computation.' },
      { name: 'catalogue', description: 'What a computation may be made of.' },
      { name: 'operations', description: 'For those who run the service and those who write clients.' },
    ],
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1))),
      responses: Object.fromEntries(
        commonProblems.map(({ name, description, examples }) => [
          name,
          problemResponse(description, examples, problem),
        ]),
      ),
      securitySchemes: {
        key: {
          type: 'http',
          scheme: 'bearer',
          description:
            'An API key, or a JSON Web Token of the issuer that the operator trusts. Needed only where the operator asks ' +
            'for one. For clients that can set no header, operators may allow it before the address: `/k/KEY/v1/compute`.',
        },
      },
      headers: {
        RequestId: {
          description: 'The id of the request: the one sent as `X-Request-Id`, else a new one. The log has it too.',
          schema: { type: 'string' },
        },
      },
    },
  };
  const heading = '# Generated from the schemas in routes/: npm run generate\n';
  return heading + stringify(document, { lineWidth: 0, aliasDuplicateObjects: false });
}

async function info(): Promise<JsonObject> {
  const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return {
    title: 'Cotangent',
    version,
    summary: 'Gradients over HTTP, for any language.',
    description:
      'Post a computation as text or as JSON nodes, with its tensors, and get its outputs and any of their derivatives: ' +
      'gradients, vector-Jacobian and Jacobian-vector products, Jacobians, Hessians and Hessian-vector products.\n\n' +
      'One request is one pure function call: the server keeps nothing, and the same request gives the same bits. A ' +
      'mistake is answered with the place where it is and what would be right there, as `application/problem+json` ' +
      '(RFC 9457). A body may be compressed (`Content-Encoding: gzip` or `deflate`). A request may carry an ' +
      '`X-Request-Id`, which its answer and the log repeat.',
    license: { name: 'Apache 2.0', identifier: 'Apache-2.0' },
  };
}

async function operation(
  endpoint: Endpoint,
  doc: NonNullable<Endpoint['doc']>,
  schemas: JsonObject,
): Promise<JsonObject> {
  const shown = isWorkerEndpoint(endpoint) ? await showExamples(endpoint) : [];
  const responses: JsonObject = {
    200: success(
      doc.answers,
      shown.filter((s) => s.status === 200),
      schemas,
    ),
  };
  for (const [status, examples] of refusals(shown, doc.errors)) {
    responses[status] = problemResponse(descriptions[status], examples, externalise(Problem, schemas));
  }
  const met = { everywhere: true, computing: isWorkerEndpoint(endpoint), guarded: endpoint.access !== 'public' };
  for (const { name, status, where } of commonProblems) {
    if (met[where] && responses[status] === undefined) {
      responses[status] = { $ref: `#/components/responses/${name}` };
    }
  }
  return {
    operationId: endpoint.id,
    tags: [doc.tag],
    summary: doc.summary,
    description: doc.description,
    ...(endpoint.access !== 'public' && { security: requirement(endpoint.access) }),
    ...(isWorkerEndpoint(endpoint)
      ? { requestBody: requestBody(externalise(endpoint.request, schemas), shown) }
      : parameters(endpoint.params?.properties ?? {}, schemas)),
    responses,
  };
}

/** None, where the operator asks for no keys. */
const requirement = (access: Access): Json => [{}, { key: access === 'caller' ? [] : [access] }];

/** With the examples that have the shape of a request; what the others get stands under 400. */
function requestBody(schema: Json, shown: readonly Shown[]): Json {
  const shaped = shown.filter(({ status }) => status !== 400);
  const examples = shaped.map(({ name, summary, body }) => [name, { summary, value: body as Json }] as const);
  return { required: true, content: { 'application/json': { schema, examples: Object.fromEntries(examples) } } };
}

function parameters(properties: Readonly<Record<string, TSchema>>, schemas: JsonObject): JsonObject {
  const list = Object.entries(properties).map(([name, schema]) => {
    const { description, examples, ...rest } = externalise(schema, schemas) as JsonObject;
    return { name, in: 'path', required: true, description, schema: rest, example: (examples as Json[])[0] };
  });
  return list.length === 0 ? {} : { parameters: list };
}

const headers = { 'X-Request-Id': { $ref: '#/components/headers/RequestId' } };

function success(answers: Readonly<Record<string, TSchema>>, shown: readonly Shown[], schemas: JsonObject): Json {
  const content = Object.entries(answers).map(([type, schema]) => {
    const examples = shown.filter((s) => s.type.split(';', 1)[0] === type);
    return [type, { schema: externalise(schema, schemas), ...exampleMap(examples) }];
  });
  return { description: 'The answer.', headers, content: Object.fromEntries(content) };
}

const problemResponse = (description: string, examples: readonly Shown[], schema: Json): Json => ({
  description,
  headers,
  content: { 'application/problem+json': { schema, ...exampleMap(examples) } },
});

const exampleMap = (shown: readonly Shown[]): JsonObject =>
  shown.length === 0
    ? {}
    : {
        examples: Object.fromEntries(
          shown.map(({ name, summary, answer }) => [name, { summary, value: answer as Json }]),
        ),
      };

const descriptions: Readonly<Record<number, string>> = {
  400: 'The body is not JSON, or does not have the shape of a request.',
  404: 'There is no such thing.',
  422: 'A well-formed request that cannot be computed: the place, and what was found there.',
  503: 'Not now; `Retry-After` says when.',
};

/** By status: the refused examples, and a problem for each code that has none. */
function refusals(shown: readonly Shown[], codes: readonly ErrorCode[]): ReadonlyMap<number, Shown[]> {
  const problems = codes.map((code) => showProblem([...problemTypes.values()].find((type) => type.code === code)!));
  return Map.groupBy([...shown.filter(({ status }) => status !== 200), ...problems], ({ status }) => status);
}

/** The schema as JSON, with every component in it replaced by a reference and put into `components`. */
function externalise(schema: unknown, components: JsonObject): Json {
  if (Array.isArray(schema)) return schema.map((item) => externalise(item, components));
  if (typeof schema !== 'object' || schema === null) return schema as Json;
  const { $id, ...own } = schema as { readonly $id?: string };
  const plain = strings(own) ?? own;
  if ($id === undefined) return mapped(plain, components);
  components[$id] ??= mapped(plain, components);
  return { $ref: `#/components/schemas/${$id}` };
}

const mapped = (schema: object, components: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, externalise(value, components)]));

/** A choice of strings as OpenAPI's readers expect it. */
function strings(schema: { readonly anyOf?: readonly { readonly const?: unknown }[] }): object | undefined {
  const { anyOf, ...rest } = schema;
  if (!anyOf?.every((option) => typeof option.const === 'string')) return undefined;
  return { type: 'string', enum: anyOf.map((option) => option.const), ...rest };
}
