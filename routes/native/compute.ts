// POST /v1/compute: outputs and any number of derivatives of one computation.

import { computeJson } from '../../engine/index.ts';
import { workerEndpoint } from '../endpoint.ts';
import { computeExamples } from './compute-examples.ts';
import { oneComputation } from './request.ts';
import { computation, ComputeResponse, strict } from './schemas.ts';

export const compute = workerEndpoint({
  id: 'compute',
  method: 'POST',
  path: '/v1/compute',
  access: 'compute',
  request: strict(computation, {
    $id: 'ComputeRequest',
    description: 'One pure function call. Exactly one of `program`, `graph` and `model` is given.',
  }),
  examples: computeExamples,
  doc: {
    tag: 'compute',
    summary: 'Compute outputs and derivatives',
    description:
      'Runs a computation on the given tensors and returns its outputs and every derivative asked for; the forward ' +
      'work is shared between them. Any named value can be an output, an `of` or a `wrt`. Nothing is kept between ' +
      'requests: the same request gives the same bits.',
    answers: { 'application/json': ComputeResponse },
    errors: [],
  },
  work(request, context) {
    oneComputation(request);
    const { model: _model, timeout_ms: _timeout, ...asked } = request;
    return { type: 'application/json', body: computeJson(asked, context) };
  },
});
