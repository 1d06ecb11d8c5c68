// odeint_tangent: the tangents of a solution of a differential equation, for tangents of what it depends on.

import type { Graph } from '../ir/graph.ts';
import type { Attrs, Op } from '../op.ts';
import { batchTangent, tangentsOfTangent, transposeTangent } from '../families/ode.ts';
import { flopsOf } from '../families/loops.ts';

const forwardOf = (attrs: Attrs): Graph => (attrs['forward'] as { graph: Graph }).graph;

export const odeint_tangent: Op = {
  name: 'odeint_tangent',
  family: 'control',
  internal: true,
  doc: {
    text: 'The sensitivities of a solution of a differential equation; transposed, its adjoint equation.',
    source: 'Bock 1981; Chen, Rubanova, Bettencourt and Duvenaud 2018, appendix C.',
  },
  params: [],
  results: 'list',
  differentiable: 'yes',
  samples: [],
  call: () => [],
  primitive: {
    infer: (_inputs, attrs) => forwardOf(attrs).outputs.map((y) => y.aval),
    eval: (inputs, attrs, _outputs, run) => run!.graph(forwardOf(attrs), inputs),
    jvp: tangentsOfTangent,
    transpose: transposeTangent,
    linear: [],
    batch: batchTangent,
    flops: (_inputs, _outputs, attrs) => flopsOf(forwardOf(attrs)),
    inlined: (attrs) => forwardOf(attrs),
  },
};
