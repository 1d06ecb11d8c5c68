// custom_vjp_tangent: the tangents of a function of which only the reverse is known.

import type { Op } from '../op.ts';
import { emitted } from '../families/carried.ts';
import {
  batchCustom,
  customTangentAvals,
  refuseForward,
  spreadCustomVjp,
  transposeCustomVjp,
} from '../families/custom.ts';

export const custom_vjp_tangent: Op = {
  name: 'custom_vjp_tangent',
  ...emitted,
  doc: {
    text: 'What is linear in the tangents of a function with a reverse rule of its own: it can be transposed, and not run.',
    source: 'jax.custom_vjp.',
  },
  primitive: {
    infer: (_inputs, attrs) => customTangentAvals(attrs),
    eval: () => [],
    transpose: transposeCustomVjp,
    spread: spreadCustomVjp,
    linear: [],
    batch: (b, site) => batchCustom(b, site, 'custom_vjp_tangent'),
    refuse: refuseForward,
  },
};
