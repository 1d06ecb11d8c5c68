// POST /v1/check: derivatives held against differences, and one mode against the other.

import { Type } from '@sinclair/typebox';
import { check as run, encode } from '../../engine/index.ts';
import { workerEndpoint } from '../endpoint.ts';
import { checkExamples } from './compute-examples.ts';
import { oneComputation } from './request.ts';
import { certificate } from './certificate.ts';
import { component, strict } from './schema.ts';
import { computation, Warning } from './schemas.ts';

const { encoding: _encoding, debug_nans: _nans, memory_limit: _limit, ...checked } = computation;

const CheckResponse = strict(
  {
    ...certificate,
    graph_id: Type.String({ pattern: '^sha256:[0-9a-f]{64}$' }),
    warnings: Type.Array(Warning),
    stats: strict({
      evaluations: Type.Integer({ description: 'Runs at displaced values.' }),
      check_ms: Type.Number(),
    }),
  },
  component('CheckResponse', { description: 'What checking has found.' }),
);

export const check = workerEndpoint({
  id: 'check',
  method: 'POST',
  path: '/v1/check',
  access: 'compute',
  request: strict(checked, {
    $id: 'CheckRequest',
    description:
      'As for compute: what is asked for is checked, and where no derivative is, the gradient of every output by every ' +
      'float input. Exactly one of `program`, `graph` and `model` is given.',
  }),
  examples: checkExamples,
  doc: {
    tag: 'compute',
    summary: 'Check derivatives',
    description:
      'Holds each derivative that is asked for against central differences in float64 over a sweep of steps, ' +
      'extrapolated, and one-sided ones where the function has a kink; and forward mode against reverse mode. As many ' +
      'elements are displaced one by one as a second or so allows, all of them together in a random direction, which is ' +
      'narrowed down to an element where it does not agree. `stop_gradient` is held constant. The verdict is `ok`; `kink`, ' +
      'where the function has no derivative and the answer is a choice between one-sided ones; or `mismatch`.',
    answers: { 'application/json': CheckResponse },
    errors: [],
  },
  work(request, context) {
    oneComputation(request);
    const { model: _model, timeout_ms: _timeout, ...asked } = request;
    return { type: 'application/json', body: encode(run(asked, context)) };
  },
});
