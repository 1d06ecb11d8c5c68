// custom_vjp: a function with a reverse rule of its own.

import type { Op } from '../op.ts';
import { batchCustom, primalOf, tangentsOfCustomVjp } from '../families/custom.ts';
import { flopsOf } from '../families/loops.ts';

export const custom_vjp: Op = {
  name: 'custom_vjp',
  family: 'control',
  internal: true,
  doc: {
    text: 'A function that is differentiated by the reverse rule that was given with it.',
    source: 'jax.custom_vjp.',
  },
  params: [],
  results: 'list',
  differentiable: 'yes',
  samples: [],
  call: () => [],
  primitive: {
    infer: (_inputs, attrs) => primalOf(attrs).outputs.map((y) => y.aval),
    eval: (inputs, attrs, _outputs, run) => run!.graph(primalOf(attrs), inputs),
    jvp: tangentsOfCustomVjp,
    batch: (b, site) => batchCustom(b, site, 'custom_vjp'),
    flops: (_inputs, _outputs, attrs) => flopsOf(primalOf(attrs)),
    inlined: (attrs) => primalOf(attrs),
  },
};
