// custom_root: a root that is differentiated by the implicit function theorem, whatever finds it.

import type { Op } from '../op.ts';
import { batchCustom, primalOf } from '../families/custom.ts';
import { tangentsOfRoot } from '../families/implicit.ts';
import { flopsOf } from '../families/loops.ts';

export const custom_root: Op = {
  name: 'custom_root',
  family: 'control',
  internal: true,
  doc: {
    text: 'A root of a function by a solver that was given; its derivatives are those of the root, not of the solver.',
    source: 'jax.lax.custom_root.',
  },
  params: [],
  results: 'list',
  differentiable: 'yes',
  samples: [],
  call: () => [],
  primitive: {
    infer: (_inputs, attrs) => primalOf(attrs).outputs.map((y) => y.aval),
    eval: (inputs, attrs, _outputs, run) => run!.graph(primalOf(attrs), inputs),
    jvp: tangentsOfRoot,
    batch: (b, site) => batchCustom(b, site, 'custom_root'),
    flops: (_inputs, _outputs, attrs) => flopsOf(primalOf(attrs)),
    inlined: (attrs) => primalOf(attrs),
  },
};
