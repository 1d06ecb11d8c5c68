// custom_jvp: a function with a forward rule of its own.

import type { Op } from '../op.ts';
import { carried } from '../families/carried.ts';
import { batchCustom, callCustomJvp, primalOf, tangentsOfCustomJvp } from '../families/custom.ts';
import { operandsParam } from '../families/functionals.ts';

export const custom_jvp: Op = {
  name: 'custom_jvp',
  family: 'control',
  doc: {
    text: 'A function that is differentiated by the forward rule that was given with it; reverse mode transposes the rule.',
    source: 'jax.custom_jvp.',
  },
  params: [
    { name: 'fun', kind: 'function' },
    {
      name: 'rule',
      kind: 'function',
      doc: 'From the operands and tangents of the float ones to tangents of the float results, in which it is linear.',
    },
    operandsParam,
  ],
  results: 'list',
  differentiable: 'yes',
  samples: [],
  call: callCustomJvp,
  primitive: {
    ...carried(primalOf),
    jvp: tangentsOfCustomJvp,
    batch: (b, site) => batchCustom(b, site, 'custom_jvp'),
  },
};
