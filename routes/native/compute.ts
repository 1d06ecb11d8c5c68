// POST /v1/compute: outputs and any number of derivatives of one computation.

import { Type } from '@sinclair/typebox';
import { certify as check, compute as run, computeJson, encode } from '../../engine/index.ts';
import { workerEndpoint } from '../endpoint.ts';
import { computeExamples } from './compute-examples.ts';
import { oneComputation } from './request.ts';
import { strict } from './schema.ts';
import { computation, ComputeResponse } from './schemas.ts';

export const compute = workerEndpoint({
  id: 'compute',
  method: 'POST',
  path: '/v1/compute',
  access: 'compute',
  request: strict(
    {
      ...computation,
      certify: Type.Optional(
        Type.Boolean({
          description: 'Check the derivatives too, as `POST /v1/check` does, with less effort where they are large.',
          default: false,
        }),
      ),
    },
    {
      $id: 'ComputeRequest',
      description: 'One pure function call. Exactly one of `program`, `graph` and `model` is given.',
    },
  ),
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
    const { model: _model, timeout_ms: _timeout, certify = false, ...asked } = request;
    const body = certify
      ? encode({ ...run(asked, context), certificate: check(asked, context) }, asked.encoding)
      : computeJson(asked, context);
    return { type: 'application/json', body };
  },
});
