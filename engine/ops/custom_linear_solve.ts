// custom_linear_solve: a linear system that is differentiated as one, whatever solves it.

import type { Op } from '../op.ts';
import { batchCustom, primalOf } from '../families/custom.ts';
import { tangentsOfLinearSolve, transposeLinearSolve } from '../families/implicit.ts';
import { flopsOf } from '../families/loops.ts';

export const custom_linear_solve: Op = {
  name: 'custom_linear_solve',
  family: 'control',
  internal: true,
  doc: {
    text: 'The solution of a linear system by a solver that was given; derivatives solve the same system, or the transposed one.',
    source: 'jax.lax.custom_linear_solve.',
  },
  params: [],
  results: 'list',
  differentiable: 'yes',
  samples: [],
  call: () => [],
  primitive: {
    infer: (_inputs, attrs) => primalOf(attrs).outputs.map((y) => y.aval),
    eval: (inputs, attrs, _outputs, run) => run!.graph(primalOf(attrs), inputs),
    jvp: tangentsOfLinearSolve,
    transpose: transposeLinearSolve,
    linear: [],
    batch: (b, site) => batchCustom(b, site, 'custom_linear_solve'),
    flops: (_inputs, _outputs, attrs) => flopsOf(primalOf(attrs)),
    inlined: (attrs) => primalOf(attrs),
  },
};
