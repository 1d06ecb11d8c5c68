// GET /v1/ops and /v1/ops/{name}: the catalogue, from the running engine.

import { Type } from '@sinclair/typebox';
import { catalogue, nearest } from '../../engine/index.ts';
import { jsonAnswer, localEndpoint } from '../endpoint.ts';
import { RequestError } from '../errors.ts';
import { oneOf, strict } from './schema.ts';

const Op = strict(
  {
    name: Type.String(),
    aliases: Type.Array(Type.String()),
    family: Type.String({ description: 'Ops of a family share how they are differentiated and batched.' }),
    signature: Type.String({ description: 'As in a program.', examples: ['sum(x, axis=None, *, keepdims=False)'] }),
    text: Type.String({ description: 'What it does.' }),
    math: Type.Optional(Type.String()),
    source: Type.Optional(Type.String({ description: 'Where the definition comes from.' })),
    operands: Type.Array(strict({ name: Type.String(), optional: Type.Boolean(), list: Type.Boolean() })),
    attributes: Type.Array(
      strict({
        name: Type.String(),
        kind: Type.String(),
        default: Type.Optional(Type.Unknown({ description: 'Absent: the attribute must be given.' })),
        values: Type.Optional(Type.Array(Type.String(), { description: 'All there are.' })),
        text: Type.Optional(Type.String()),
      }),
    ),
    results: Type.Union([Type.Integer(), Type.Array(Type.String()), Type.Literal('list')], {
      description: 'How many results, or their names, or "list" where the operands decide.',
    }),
    differentiable: oneOf(['yes', 'zero', 'no'], {
      description: 'zero: piecewise constant, its derivative is zero; no: integer or boolean results.',
    }),
  },
  { $id: 'Op', description: 'An op of the catalogue.' },
);

const ops = catalogue();
const byName = new Map(ops.flatMap((op) => [op.name, ...op.aliases].map((name) => [name, op] as const)));
const all = jsonAnswer({ ops });

export const listOps = localEndpoint({
  id: 'listOps',
  method: 'GET',
  path: '/v1/ops',
  access: 'catalogue',
  doc: {
    tag: 'catalogue',
    summary: 'List the ops',
    description: 'Every op there is, in alphabetical order, with its documentation.',
    answers: { 'application/json': strict({ ops: Type.Array(Op) }, { $id: 'OpList' }) },
    errors: [],
  },
  answer: () => all,
});

export const getOp = localEndpoint({
  id: 'getOp',
  method: 'GET',
  path: '/v1/ops/{name}',
  access: 'catalogue',
  params: Type.Object({ name: Type.String({ description: 'Its name or an alias.', examples: ['tanh'] }) }),
  doc: {
    tag: 'catalogue',
    summary: 'Describe an op',
    description: 'One op, by its name or an alias.',
    answers: { 'application/json': Op },
    errors: ['E_NOT_FOUND'],
  },
  answer({ name }) {
    const op = byName.get(name);
    if (op !== undefined) return jsonAnswer(op);
    const message = `There is no op ${JSON.stringify(name)}.`;
    throw new RequestError('E_NOT_FOUND', [
      { message, hint: nearest(name, byName.keys()) ?? 'GET /v1/ops lists them all.' },
    ]);
  },
});
