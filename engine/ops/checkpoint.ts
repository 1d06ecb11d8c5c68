// checkpoint: a function of which the way back keeps the arguments alone.

import type { Op, Subprogram } from '../op.ts';
import { batchCheckpoint, emitCheckpoint, functionOf, tangentsOfCheckpoint } from '../families/checkpoint.ts';
import { liftAll, operandsParam } from '../families/functionals.ts';
import { flopsOf } from '../families/loops.ts';

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
    infer: (_inputs, attrs) => functionOf(attrs).outputs.map((y) => y.aval),
    eval: (inputs, attrs, _outputs, run) => run!.graph(functionOf(attrs), inputs),
    jvp: tangentsOfCheckpoint,
    batch: (b, site) => batchCheckpoint(b, site, 'checkpoint'),
    flops: (_inputs, _outputs, attrs) => flopsOf(functionOf(attrs)),
    inlined: functionOf,
  },
};
