// GET /openapi.yaml and /openapi.json, and the addresses that explain each kind of error.

import { Type } from '@sinclair/typebox';
import { jsonAnswer, localEndpoint } from '../endpoint.ts';
import { RequestError } from '../errors.ts';
import { strict } from './schema.ts';

export const openapiYaml = localEndpoint({
  id: 'openapiYaml',
  method: 'GET',
  path: '/openapi.yaml',
  access: 'public',
  doc: {
    tag: 'operations',
    summary: 'This contract, as YAML',
    description: 'The OpenAPI 3.1 document that you are reading.',
    answers: { 'application/yaml': Type.String() },
    errors: [],
  },
  answer: (_params, { contract }) => ({ type: 'application/yaml', body: contract.yaml }),
});

export const openapiJson = localEndpoint({
  id: 'openapiJson',
  method: 'GET',
  path: '/openapi.json',
  access: 'public',
  doc: {
    tag: 'operations',
    summary: 'This contract, as JSON',
    description: 'The same document as JSON.',
    answers: { 'application/json': Type.Object({}, { additionalProperties: true }) },
    errors: [],
  },
  answer: (_params, { contract }) => ({ type: 'application/json', body: contract.json }),
});

export const getProblem = localEndpoint({
  id: 'getProblem',
  method: 'GET',
  path: '/problems/{name}',
  access: 'public',
  params: Type.Object({
    name: Type.String({ description: 'The last part of a problem’s `type`.', examples: ['shape-mismatch'] }),
  }),
  doc: {
    tag: 'operations',
    summary: 'Explain a kind of error',
    description: 'Where the `type` of every error leads: its code, its title and its status.',
    answers: {
      'application/json': strict(
        { type: Type.String(), code: Type.String(), title: Type.String(), status: Type.Integer(), kind: Type.String() },
        { $id: 'ProblemType' },
      ),
    },
    errors: ['E_NOT_FOUND'],
  },
  answer({ name }, { problems }) {
    const problem = problems.get(name);
    if (problem === undefined) {
      throw new RequestError('E_NOT_FOUND', [{ message: `There is no kind of error ${JSON.stringify(name)}.` }]);
    }
    return jsonAnswer(problem);
  },
});

export const root = localEndpoint({
  id: 'root',
  method: 'GET',
  path: '/',
  access: 'public',
  answer: () => ({
    status: 302,
    type: 'text/plain; charset=utf-8',
    body: 'See /docs.\n',
    headers: { location: '/docs' },
  }),
});
