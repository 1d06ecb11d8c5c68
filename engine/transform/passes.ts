// The transforms as one object, which control flow is handed for the bodies of its nodes.

import type { Passes } from '../op.ts';
import { batchMapped } from './batch.ts';
import { jacobianForward, jacobianReverse, vjp } from './derivatives.ts';
import { inline } from './inline.ts';
import { linearize } from './linearize.ts';
import { transpose } from './transpose.ts';

export const passes: Passes = {
  inline,
  linearize,
  transpose,
  batch: batchMapped,
  vjp,
  jacobianForward,
  jacobianReverse,
};
