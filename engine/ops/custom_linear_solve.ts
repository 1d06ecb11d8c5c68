// custom_linear_solve: a linear system that is differentiated as one, whatever solves it.

import type { Op } from '../op.ts';
import { carried, emitted } from '../families/carried.ts';
import { batchCustom, primalOf } from '../families/custom.ts';
import { tangentsOfLinearSolve, transposeLinearSolve } from '../families/implicit.ts';

export const custom_linear_solve: Op = {
  name: 'custom_linear_solve',
  ...emitted,
  doc: {
    text: 'The solution of a linear system by a solver that was given; derivatives solve the same system, or the transposed one.',
    source: 'jax.lax.custom_linear_solve.',
  },
  primitive: {
    ...carried(primalOf),
    jvp: tangentsOfLinearSolve,
    transpose: transposeLinearSolve,
    linear: [],
    batch: (b, site) => batchCustom(b, site, 'custom_linear_solve'),
  },
};
