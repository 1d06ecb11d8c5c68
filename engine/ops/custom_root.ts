// custom_root: a root that is differentiated by the implicit function theorem, whatever finds it.

import type { Op } from '../op.ts';
import { carried, emitted } from '../families/carried.ts';
import { batchCustom, primalOf } from '../families/custom.ts';
import { tangentsOfRoot } from '../families/implicit.ts';

export const custom_root: Op = {
  name: 'custom_root',
  ...emitted,
  doc: {
    text: 'A root of a function by a solver that was given; its derivatives are those of the root, not of the solver.',
    source: 'jax.lax.custom_root.',
  },
  primitive: {
    ...carried(primalOf),
    jvp: tangentsOfRoot,
    batch: (b, site) => batchCustom(b, site, 'custom_root'),
  },
};
