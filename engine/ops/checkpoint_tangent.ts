// checkpoint_tangent: the tangents of a function whose inner values are not kept.

import type { Op } from '../op.ts';
import {
  batchCheckpoint,
  functionOf,
  spreadCheckpoint,
  tangentsOfCheckpoint,
  transposeCheckpoint,
} from '../families/checkpoint.ts';
import { flopsOf } from '../families/loops.ts';

export const checkpoint_tangent: Op = {
  name: 'checkpoint_tangent',
  family: 'control',
  internal: true,
  doc: {
    text: 'What is linear in the tangents of a function, which it computes anew as far as it needs it.',
    source: 'jax.checkpoint.',
  },
  params: [],
  results: 'list',
  differentiable: 'yes',
  samples: [],
  call: () => [],
  primitive: {
    infer: (_inputs, attrs) => functionOf(attrs).outputs.map((y) => y.aval),
    eval: (inputs, attrs, _outputs, run) => run!.graph(functionOf(attrs), inputs),
    jvp: tangentsOfCheckpoint,
    transpose: transposeCheckpoint,
    spread: spreadCheckpoint,
    linear: [],
    batch: (b, site) => batchCheckpoint(b, site, 'checkpoint_tangent'),
    flops: (_inputs, _outputs, attrs) => flopsOf(functionOf(attrs)),
    inlined: functionOf,
  },
};
