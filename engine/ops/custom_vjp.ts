// custom_vjp: a function with a reverse rule of its own.

import type { Op } from '../op.ts';
import { carried } from '../families/carried.ts';
import { batchCustom, callCustomVjp, primalOf, tangentsOfCustomVjp } from '../families/custom.ts';
import { operandsParam } from '../families/functionals.ts';

export const custom_vjp: Op = {
  name: 'custom_vjp',
  family: 'control',
  doc: {
    text: 'A function that is differentiated by the reverse rule that was given with it.',
    source: 'jax.custom_vjp.',
  },
  params: [
    { name: 'fun', kind: 'function' },
    { name: 'fwd', kind: 'function', doc: 'From the operands to the results, then residuals.' },
    {
      name: 'bwd',
      kind: 'function',
      doc: 'From the residuals and the cotangents of the results to those of the operands.',
    },
    operandsParam,
  ],
  results: 'list',
  differentiable: 'yes',
  samples: [],
  call: callCustomVjp,
  primitive: {
    ...carried(primalOf),
    jvp: tangentsOfCustomVjp,
    batch: (b, site) => batchCustom(b, site, 'custom_vjp'),
  },
};
