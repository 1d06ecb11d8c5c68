// GET /v1/limits: every bound that a request can meet, and what the caller who asks may do.

import { Type } from '@sinclair/typebox';
import type { Caller } from '../endpoint.ts';
import { jsonAnswer, localEndpoint, scopes } from '../endpoint.ts';
import { oneOf, strict } from './schema.ts';

const most = (description: string) => Type.Integer({ minimum: 0, description });

export const Limits = strict(
  {
    header_bytes: most('Bytes of the request line and all headers. Over it: 431.'),
    body_bytes: most('Bytes of a body, as sent. Over it: 413.'),
    decompressed_bytes: most('Bytes of a body, decompressed. Over it: 413.'),
    arrival_ms: most('Milliseconds in which a request must have arrived. After it: 408.'),
    json_depth: most('How deep a body may be nested.'),
    json_bytes: most(
      'Memory that reading a body as JSON may take, estimated from its commas and brackets; large tensors are read otherwise.',
    ),
    timeout_ms: most('The time limit of a request that names none, milliseconds from its arrival. After it: 504.'),
    max_timeout_ms: most('The most that `timeout_ms` may ask for.'),
    program_chars: most('Characters of a program.'),
    program_steps: most('Steps a program may take while it is traced.'),
    nodes: most('Nodes of the whole plan, derivatives included.'),
    tensor_elements: most('Elements of one tensor.'),
    bytes: most('Planned peak memory of one request.'),
    flops: most('Planned floating-point operations of one request.'),
    output_bytes: most('Bytes of all returned tensors together.'),
    loop_turns: most('Turns that one while_loop may make.'),
  },
  {
    $id: 'Limits',
    description: 'Checked before the work that they bound; over one that names no status: 422. Errors quote them.',
  },
);

const allowance = (description: string) => Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], { description });

export const getLimits = localEndpoint({
  id: 'getLimits',
  method: 'GET',
  path: '/v1/limits',
  access: 'caller',
  doc: {
    tag: 'operations',
    summary: 'Tell every limit',
    description: 'What a request may be and take, and what the caller who asks may do.',
    answers: {
      'application/json': strict(
        {
          limits: Limits,
          caller: strict(
            {
              name: Type.Union([Type.String(), Type.Null()], {
                description: 'The name of the key or the subject of the token; null where the server asks for neither.',
              }),
              scopes: Type.Array(oneOf(scopes), { description: 'What it may do.' }),
              rate_per_minute: allowance('Requests it may send a minute; null: any number.'),
              concurrency: allowance('Requests it may have under way; null: any number.'),
            },
            { $id: 'Caller', description: 'Who asks.' },
          ),
        },
        { $id: 'LimitsAnswer' },
      ),
    },
    errors: [],
  },
  answer: (_params, { limits }, caller) => jsonAnswer({ limits, caller: told(caller) }),
});

/** 0 is any number, in the configuration's words. */
const told = (caller: Caller | null): object =>
  caller === null
    ? { name: null, scopes, rate_per_minute: null, concurrency: null }
    : {
        name: caller.name,
        scopes: [...caller.scopes],
        rate_per_minute: caller.ratePerMinute || null,
        concurrency: caller.concurrency || null,
      };
