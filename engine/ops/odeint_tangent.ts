// odeint_tangent: the tangents of a solution of a differential equation, for tangents of what it depends on.

import type { Graph } from '../ir/graph.ts';
import type { Attrs, Op } from '../op.ts';
import { carried, emitted } from '../families/carried.ts';
import { batchTangent, tangentsOfTangent, transposeTangent } from '../families/ode.ts';

const forwardOf = (attrs: Attrs): Graph => (attrs['forward'] as { graph: Graph }).graph;

export const odeint_tangent: Op = {
  name: 'odeint_tangent',
  ...emitted,
  doc: {
    text: 'The sensitivities of a solution of a differential equation; transposed, its adjoint equation.',
    source: 'Bock 1981; Chen, Rubanova, Bettencourt and Duvenaud 2018, appendix C.',
  },
  primitive: {
    ...carried(forwardOf),
    jvp: tangentsOfTangent,
    transpose: transposeTangent,
    linear: [],
    batch: batchTangent,
  },
};
