// Every op there is, by name. Generated from the files beside it: npm run generate

import type { Op } from '../op.ts';
import { add } from './add.ts';
import { astype } from './astype.ts';
import { broadcast_to } from './broadcast_to.ts';
import { concat } from './concat.ts';
import { constant } from './constant.ts';
import { cos } from './cos.ts';
import { diagonal } from './diagonal.ts';
import { divide } from './divide.ts';
import { dot } from './dot.ts';
import { dot_general } from './dot_general.ts';
import { einsum } from './einsum.ts';
import { equal } from './equal.ts';
import { exp } from './exp.ts';
import { expand_dims } from './expand_dims.ts';
import { flip } from './flip.ts';
import { gather } from './gather.ts';
import { gemm } from './gemm.ts';
import { greater } from './greater.ts';
import { inner } from './inner.ts';
import { isnan } from './isnan.ts';
import { kron } from './kron.ts';
import { less } from './less.ts';
import { linalg_diagonal } from './linalg.diagonal.ts';
import { linalg_trace } from './linalg.trace.ts';
import { linear } from './linear.ts';
import { log } from './log.ts';
import { matmul } from './matmul.ts';
import { matrix_transpose } from './matrix_transpose.ts';
import { matvec } from './matvec.ts';
import { max } from './max.ts';
import { min } from './min.ts';
import { moveaxis } from './moveaxis.ts';
import { multiply } from './multiply.ts';
import { negative } from './negative.ts';
import { normalize_index } from './normalize_index.ts';
import { outer } from './outer.ts';
import { permute_dims } from './permute_dims.ts';
import { reshape } from './reshape.ts';
import { scatter_add_along } from './scatter_add_along.ts';
import { sin } from './sin.ts';
import { slice } from './slice.ts';
import { sqrt } from './sqrt.ts';
import { squeeze } from './squeeze.ts';
import { stop_gradient } from './stop_gradient.ts';
import { subtract } from './subtract.ts';
import { sum } from './sum.ts';
import { swapaxes } from './swapaxes.ts';
import { tanh } from './tanh.ts';
import { tensordot } from './tensordot.ts';
import { trace } from './trace.ts';
import { transpose } from './transpose.ts';
import { vecdot } from './vecdot.ts';
import { vecmat } from './vecmat.ts';
import { where } from './where.ts';
import { zero_pad } from './zero_pad.ts';

export const ops: readonly Op[] = [
  add,
  astype,
  broadcast_to,
  concat,
  constant,
  cos,
  diagonal,
  divide,
  dot,
  dot_general,
  einsum,
  equal,
  exp,
  expand_dims,
  flip,
  gather,
  gemm,
  greater,
  inner,
  isnan,
  kron,
  less,
  linalg_diagonal,
  linalg_trace,
  linear,
  log,
  matmul,
  matrix_transpose,
  matvec,
  max,
  min,
  moveaxis,
  multiply,
  negative,
  normalize_index,
  outer,
  permute_dims,
  reshape,
  scatter_add_along,
  sin,
  slice,
  sqrt,
  squeeze,
  stop_gradient,
  subtract,
  sum,
  swapaxes,
  tanh,
  tensordot,
  trace,
  transpose,
  vecdot,
  vecmat,
  where,
  zero_pad,
];
