// checkpoint_tangent: the tangents of a function whose inner values are not kept.

import type { Op } from '../op.ts';
import { carried, emitted } from '../families/carried.ts';
import {
  batchCheckpoint,
  functionOf,
  spreadCheckpoint,
  tangentsOfCheckpoint,
  transposeCheckpoint,
} from '../families/checkpoint.ts';

export const checkpoint_tangent: Op = {
  name: 'checkpoint_tangent',
  ...emitted,
  doc: {
    text: 'What is linear in the tangents of a function, which it computes anew as far as it needs it.',
    source: 'jax.checkpoint.',
  },
  primitive: {
    ...carried(functionOf),
    jvp: tangentsOfCheckpoint,
    transpose: transposeCheckpoint,
    spread: spreadCheckpoint,
    linear: [],
    batch: (b, site) => batchCheckpoint(b, site, 'checkpoint_tangent'),
  },
};
