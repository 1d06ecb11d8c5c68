// checkpoint: a function of which the way back keeps the arguments alone.

import type { Op, Subprogram } from '../op.ts';
import { carried } from '../families/carried.ts';
import { batchCheckpoint, emitCheckpoint, functionOf, tangentsOfCheckpoint } from '../families/checkpoint.ts';
import { liftAll, operandsParam } from '../families/functionals.ts';

export const checkpoint: Op = {
  name: 'checkpoint',
  family: 'control',
  doc: {
    text:
      'A function whose inner values are not kept for reverse mode: from its arguments they are computed again when ' +
      'cotangents come to it. The numbers are the same.',
    source: 'jax.checkpoint (remat); Griewank and Walther 2008, ch. 12.',
  },
  params: [{ name: 'fun', kind: 'function', doc: 'The name of a function of the graph.' }, operandsParam],
  results: 'list',
  differentiable: 'yes',
  samples: [],
  call: (b, args) => emitCheckpoint(b, args['fun'] as Subprogram, liftAll(b, args, 'operands')),
  primitive: {
    ...carried(functionOf),
    jvp: tangentsOfCheckpoint,
    batch: (b, site) => batchCheckpoint(b, site, 'checkpoint'),
  },
};
