// Every op there is, by name. Generated from the files beside it: npm run generate

import type { Op } from '../op.ts';
import { add } from './add.ts';
import { astype } from './astype.ts';
import { broadcast_to } from './broadcast_to.ts';
import { concat } from './concat.ts';
import { constant } from './constant.ts';
import { cos } from './cos.ts';
import { divide } from './divide.ts';
import { dot_general } from './dot_general.ts';
import { equal } from './equal.ts';
import { exp } from './exp.ts';
import { flip } from './flip.ts';
import { gather } from './gather.ts';
import { greater } from './greater.ts';
import { isnan } from './isnan.ts';
import { less } from './less.ts';
import { log } from './log.ts';
import { max } from './max.ts';
import { multiply } from './multiply.ts';
import { negative } from './negative.ts';
import { normalize_index } from './normalize_index.ts';
import { permute_dims } from './permute_dims.ts';
import { reshape } from './reshape.ts';
import { scatter_add_along } from './scatter_add_along.ts';
import { sin } from './sin.ts';
import { slice } from './slice.ts';
import { sqrt } from './sqrt.ts';
import { stop_gradient } from './stop_gradient.ts';
import { subtract } from './subtract.ts';
import { sum } from './sum.ts';
import { tanh } from './tanh.ts';
import { where } from './where.ts';
import { zero_pad } from './zero_pad.ts';

export const ops: readonly Op[] = [
  add,
  astype,
  broadcast_to,
  concat,
  constant,
  cos,
  divide,
  dot_general,
  equal,
  exp,
  flip,
  gather,
  greater,
  isnan,
  less,
  log,
  max,
  multiply,
  negative,
  normalize_index,
  permute_dims,
  reshape,
  scatter_add_along,
  sin,
  slice,
  sqrt,
  stop_gradient,
  subtract,
  sum,
  tanh,
  where,
  zero_pad,
];
