// Every op there is, by name. Generated from the files beside it: npm run generate

import type { Op } from '../op.ts';
import { abs } from './abs.ts';
import { acos } from './acos.ts';
import { acosh } from './acosh.ts';
import { add } from './add.ts';
import { all } from './all.ts';
import { allclose } from './allclose.ts';
import { any } from './any.ts';
import { arange } from './arange.ts';
import { argmax } from './argmax.ts';
import { argmin } from './argmin.ts';
import { argsort } from './argsort.ts';
import { array_split } from './array_split.ts';
import { asarray } from './asarray.ts';
import { asin } from './asin.ts';
import { asinh } from './asinh.ts';
import { astype } from './astype.ts';
import { atan } from './atan.ts';
import { atan2 } from './atan2.ts';
import { atanh } from './atanh.ts';
import { atleast_1d } from './atleast_1d.ts';
import { atleast_2d } from './atleast_2d.ts';
import { average } from './average.ts';
import { avg_pool1d } from './avg_pool1d.ts';
import { avg_pool2d } from './avg_pool2d.ts';
import { avg_pool3d } from './avg_pool3d.ts';
import { barrier } from './barrier.ts';
import { batch_norm } from './batch_norm.ts';
import { bessel_in } from './bessel_in.ts';
import { bessel_ine } from './bessel_ine.ts';
import { beta_fn } from './beta_fn.ts';
import { betaln } from './betaln.ts';
import { binary_cross_entropy } from './binary_cross_entropy.ts';
import { binary_cross_entropy_with_logits } from './binary_cross_entropy_with_logits.ts';
import { bincount } from './bincount.ts';
import { bitwise_and } from './bitwise_and.ts';
import { bitwise_invert } from './bitwise_invert.ts';
import { bitwise_left_shift } from './bitwise_left_shift.ts';
import { bitwise_or } from './bitwise_or.ts';
import { bitwise_right_shift } from './bitwise_right_shift.ts';
import { bitwise_xor } from './bitwise_xor.ts';
import { block_diag } from './block_diag.ts';
import { broadcast_arrays } from './broadcast_arrays.ts';
import { broadcast_to } from './broadcast_to.ts';
import { cbrt } from './cbrt.ts';
import { ceil } from './ceil.ts';
import { celu } from './celu.ts';
import { checkpoint } from './checkpoint.ts';
import { checkpoint_tangent } from './checkpoint_tangent.ts';
import { clamp_max } from './clamp_max.ts';
import { clip } from './clip.ts';
import { column_stack } from './column_stack.ts';
import { concat } from './concat.ts';
import { cond } from './cond.ts';
import { conj } from './conj.ts';
import { constant } from './constant.ts';
import { conv1d } from './conv1d.ts';
import { conv2d } from './conv2d.ts';
import { conv3d } from './conv3d.ts';
import { conv_general } from './conv_general.ts';
import { conv_transpose1d } from './conv_transpose1d.ts';
import { conv_transpose2d } from './conv_transpose2d.ts';
import { conv_transpose3d } from './conv_transpose3d.ts';
import { copysign } from './copysign.ts';
import { cos } from './cos.ts';
import { cosh } from './cosh.ts';
import { cosine_similarity } from './cosine_similarity.ts';
import { count_nonzero } from './count_nonzero.ts';
import { cross_entropy } from './cross_entropy.ts';
import { cummax } from './cummax.ts';
import { cummin } from './cummin.ts';
import { cumprod } from './cumprod.ts';
import { cumsum } from './cumsum.ts';
import { cumulative_argextremum } from './cumulative_argextremum.ts';
import { cumulative_prod } from './cumulative_prod.ts';
import { cumulative_sum } from './cumulative_sum.ts';
import { custom_jvp } from './custom_jvp.ts';
import { custom_linear_solve } from './custom_linear_solve.ts';
import { custom_root } from './custom_root.ts';
import { custom_vjp } from './custom_vjp.ts';
import { custom_vjp_tangent } from './custom_vjp_tangent.ts';
import { deg2rad } from './deg2rad.ts';
import { diag } from './diag.ts';
import { diag_embed } from './diag_embed.ts';
import { diagonal } from './diagonal.ts';
import { diff } from './diff.ts';
import { digamma } from './digamma.ts';
import { divide } from './divide.ts';
import { dot } from './dot.ts';
import { dot_general } from './dot_general.ts';
import { dropout } from './dropout.ts';
import { dynamic_slice } from './dynamic_slice.ts';
import { dynamic_update_slice } from './dynamic_update_slice.ts';
import { einsum } from './einsum.ts';
import { elu } from './elu.ts';
import { embedding } from './embedding.ts';
import { entr } from './entr.ts';
import { equal } from './equal.ts';
import { erf } from './erf.ts';
import { erfc } from './erfc.ts';
import { erfcinv } from './erfcinv.ts';
import { erfcx } from './erfcx.ts';
import { erfinv } from './erfinv.ts';
import { exp } from './exp.ts';
import { exp2 } from './exp2.ts';
import { expand_dims } from './expand_dims.ts';
import { expm1 } from './expm1.ts';
import { eye } from './eye.ts';
import { flatten } from './flatten.ts';
import { flip } from './flip.ts';
import { float_power } from './float_power.ts';
import { floor } from './floor.ts';
import { floor_divide } from './floor_divide.ts';
import { fma } from './fma.ts';
import { fmax } from './fmax.ts';
import { fmin } from './fmin.ts';
import { fmod } from './fmod.ts';
import { fori_loop } from './fori_loop.ts';
import { full } from './full.ts';
import { full_like } from './full_like.ts';
import { gamma_fn } from './gamma_fn.ts';
import { gather } from './gather.ts';
import { gather_elements } from './gather_elements.ts';
import { gather_nd } from './gather_nd.ts';
import { gaussian_nll_loss } from './gaussian_nll_loss.ts';
import { gelu } from './gelu.ts';
import { gemm } from './gemm.ts';
import { getitem } from './getitem.ts';
import { global_avg_pool } from './global_avg_pool.ts';
import { global_max_pool } from './global_max_pool.ts';
import { glu } from './glu.ts';
import { grad } from './grad.ts';
import { greater } from './greater.ts';
import { greater_equal } from './greater_equal.ts';
import { group_norm } from './group_norm.ts';
import { hard_sigmoid } from './hard_sigmoid.ts';
import { hard_silu } from './hard_silu.ts';
import { hard_tanh } from './hard_tanh.ts';
import { hardshrink } from './hardshrink.ts';
import { heaviside } from './heaviside.ts';
import { hessian } from './hessian.ts';
import { hinge_loss } from './hinge_loss.ts';
import { hstack } from './hstack.ts';
import { huber_loss } from './huber_loss.ts';
import { hypot } from './hypot.ts';
import { i0 } from './i0.ts';
import { i0e } from './i0e.ts';
import { i1 } from './i1.ts';
import { i1e } from './i1e.ts';
import { identity } from './identity.ts';
import { increasing } from './increasing.ts';
import { index_add } from './index_add.ts';
import { index_select } from './index_select.ts';
import { index_update } from './index_update.ts';
import { inner } from './inner.ts';
import { instance_norm } from './instance_norm.ts';
import { integer_pow } from './integer_pow.ts';
import { isclose } from './isclose.ts';
import { isfinite } from './isfinite.ts';
import { isinf } from './isinf.ts';
import { isnan } from './isnan.ts';
import { isneginf } from './isneginf.ts';
import { isposinf } from './isposinf.ts';
import { jacfwd } from './jacfwd.ts';
import { jacrev } from './jacrev.ts';
import { jvp } from './jvp.ts';
import { kl_div } from './kl_div.ts';
import { kron } from './kron.ts';
import { l1_loss } from './l1_loss.ts';
import { last_writer } from './last_writer.ts';
import { layer_norm } from './layer_norm.ts';
import { lchoose } from './lchoose.ts';
import { leaky_relu } from './leaky_relu.ts';
import { lerp } from './lerp.ts';
import { less } from './less.ts';
import { less_equal } from './less_equal.ts';
import { lgamma } from './lgamma.ts';
import { linalg_diagonal } from './linalg.diagonal.ts';
import { linalg_matrix_norm } from './linalg.matrix_norm.ts';
import { linalg_norm } from './linalg.norm.ts';
import { linalg_trace } from './linalg.trace.ts';
import { linalg_vector_norm } from './linalg.vector_norm.ts';
import { linear } from './linear.ts';
import { linspace } from './linspace.ts';
import { log } from './log.ts';
import { log10 } from './log10.ts';
import { log1m } from './log1m.ts';
import { log1m_exp } from './log1m_exp.ts';
import { log1m_inv_logit } from './log1m_inv_logit.ts';
import { log1mexp } from './log1mexp.ts';
import { log1p } from './log1p.ts';
import { log2 } from './log2.ts';
import { log_diff_exp } from './log_diff_exp.ts';
import { log_mix } from './log_mix.ts';
import { log_ndtr } from './log_ndtr.ts';
import { log_sigmoid } from './log_sigmoid.ts';
import { log_softmax } from './log_softmax.ts';
import { log_sum_exp } from './log_sum_exp.ts';
import { logaddexp } from './logaddexp.ts';
import { logaddexp2 } from './logaddexp2.ts';
import { logical_and } from './logical_and.ts';
import { logical_not } from './logical_not.ts';
import { logical_or } from './logical_or.ts';
import { logical_xor } from './logical_xor.ts';
import { logit } from './logit.ts';
import { logspace } from './logspace.ts';
import { logsumexp } from './logsumexp.ts';
import { map } from './map.ts';
import { masked_fill } from './masked_fill.ts';
import { matmul } from './matmul.ts';
import { matrix_transpose } from './matrix_transpose.ts';
import { matvec } from './matvec.ts';
import { max } from './max.ts';
import { max_pool1d } from './max_pool1d.ts';
import { max_pool2d } from './max_pool2d.ts';
import { max_pool3d } from './max_pool3d.ts';
import { maximum } from './maximum.ts';
import { mean } from './mean.ts';
import { median } from './median.ts';
import { meshgrid } from './meshgrid.ts';
import { min } from './min.ts';
import { minimum } from './minimum.ts';
import { mish } from './mish.ts';
import { moveaxis } from './moveaxis.ts';
import { mse_loss } from './mse_loss.ts';
import { multigammaln } from './multigammaln.ts';
import { multiply } from './multiply.ts';
import { nan_to_num } from './nan_to_num.ts';
import { nanmax } from './nanmax.ts';
import { nanmean } from './nanmean.ts';
import { nanmin } from './nanmin.ts';
import { nansum } from './nansum.ts';
import { ndim } from './ndim.ts';
import { ndtr } from './ndtr.ts';
import { ndtri } from './ndtri.ts';
import { negative } from './negative.ts';
import { nll_loss } from './nll_loss.ts';
import { nonzero } from './nonzero.ts';
import { normalize } from './normalize.ts';
import { normalize_index } from './normalize_index.ts';
import { not_equal } from './not_equal.ts';
import { odeint } from './odeint.ts';
import { odeint_tangent } from './odeint_tangent.ts';
import { one_hot } from './one_hot.ts';
import { ones } from './ones.ts';
import { ones_like } from './ones_like.ts';
import { outer } from './outer.ts';
import { pad } from './pad.ts';
import { percentile } from './percentile.ts';
import { permute_dims } from './permute_dims.ts';
import { poisson_nll_loss } from './poisson_nll_loss.ts';
import { polygamma } from './polygamma.ts';
import { pool_argmax } from './pool_argmax.ts';
import { positive } from './positive.ts';
import { pow } from './pow.ts';
import { prelu } from './prelu.ts';
import { prod } from './prod.ts';
import { ptp } from './ptp.ts';
import { put_along_axis } from './put_along_axis.ts';
import { quantile } from './quantile.ts';
import { rad2deg } from './rad2deg.ts';
import { random_bernoulli } from './random.bernoulli.ts';
import { random_bits } from './random.bits.ts';
import { random_categorical } from './random.categorical.ts';
import { random_cauchy } from './random.cauchy.ts';
import { random_choice } from './random.choice.ts';
import { random_exponential } from './random.exponential.ts';
import { random_fold_in } from './random.fold_in.ts';
import { random_gumbel } from './random.gumbel.ts';
import { random_key } from './random.key.ts';
import { random_laplace } from './random.laplace.ts';
import { random_logistic } from './random.logistic.ts';
import { random_normal } from './random.normal.ts';
import { random_permutation } from './random.permutation.ts';
import { random_rademacher } from './random.rademacher.ts';
import { random_randint } from './random.randint.ts';
import { random_split } from './random.split.ts';
import { random_truncated_normal } from './random.truncated_normal.ts';
import { random_uniform } from './random.uniform.ts';
import { ravel } from './ravel.ts';
import { real } from './real.ts';
import { reciprocal } from './reciprocal.ts';
import { rel_entr } from './rel_entr.ts';
import { relu } from './relu.ts';
import { relu6 } from './relu6.ts';
import { remainder } from './remainder.ts';
import { repeat } from './repeat.ts';
import { reshape } from './reshape.ts';
import { rms_norm } from './rms_norm.ts';
import { roll } from './roll.ts';
import { rot90 } from './rot90.ts';
import { round } from './round.ts';
import { rsqrt } from './rsqrt.ts';
import { scalar_pow } from './scalar_pow.ts';
import { scaled_dot_product_attention } from './scaled_dot_product_attention.ts';
import { scan } from './scan.ts';
import { scatter_add } from './scatter_add.ts';
import { scatter_add_along } from './scatter_add_along.ts';
import { scatter_elements } from './scatter_elements.ts';
import { scatter_extremum } from './scatter_extremum.ts';
import { scatter_nd } from './scatter_nd.ts';
import { scatter_set_along } from './scatter_set_along.ts';
import { searchsorted } from './searchsorted.ts';
import { segment_sum } from './segment_sum.ts';
import { select } from './select.ts';
import { selu } from './selu.ts';
import { setitem } from './setitem.ts';
import { shape } from './shape.ts';
import { sigmoid } from './sigmoid.ts';
import { sign } from './sign.ts';
import { signbit } from './signbit.ts';
import { silu } from './silu.ts';
import { sin } from './sin.ts';
import { sinc } from './sinc.ts';
import { sinc_derivative } from './sinc_derivative.ts';
import { sinh } from './sinh.ts';
import { size } from './size.ts';
import { slice } from './slice.ts';
import { slice_in_dim } from './slice_in_dim.ts';
import { smooth_l1_loss } from './smooth_l1_loss.ts';
import { soft_sign } from './soft_sign.ts';
import { softmax } from './softmax.ts';
import { softplus } from './softplus.ts';
import { softshrink } from './softshrink.ts';
import { sort } from './sort.ts';
import { split } from './split.ts';
import { sqrt } from './sqrt.ts';
import { square } from './square.ts';
import { squareplus } from './squareplus.ts';
import { squeeze } from './squeeze.ts';
import { stack } from './stack.ts';
import { std } from './std.ts';
import { stop_gradient } from './stop_gradient.ts';
import { subtract } from './subtract.ts';
import { sum } from './sum.ts';
import { swapaxes } from './swapaxes.ts';
import { switch_ } from './switch.ts';
import { take } from './take.ts';
import { take_along_axis } from './take_along_axis.ts';
import { tan } from './tan.ts';
import { tanh } from './tanh.ts';
import { tanhshrink } from './tanhshrink.ts';
import { tensordot } from './tensordot.ts';
import { threefry_bits } from './threefry_bits.ts';
import { threefry_draw } from './threefry_draw.ts';
import { threshold } from './threshold.ts';
import { thresholded_relu } from './thresholded_relu.ts';
import { tile } from './tile.ts';
import { topk } from './topk.ts';
import { trace } from './trace.ts';
import { transpose } from './transpose.ts';
import { trapezoid } from './trapezoid.ts';
import { tri } from './tri.ts';
import { trigamma } from './trigamma.ts';
import { tril } from './tril.ts';
import { triu } from './triu.ts';
import { trunc } from './trunc.ts';
import { trunc_divide } from './trunc_divide.ts';
import { unstack } from './unstack.ts';
import { value_and_grad } from './value_and_grad.ts';
import { var_ } from './var.ts';
import { vdot } from './vdot.ts';
import { vecdot } from './vecdot.ts';
import { vecmat } from './vecmat.ts';
import { vjp } from './vjp.ts';
import { vmap } from './vmap.ts';
import { vstack } from './vstack.ts';
import { where } from './where.ts';
import { while_loop } from './while_loop.ts';
import { xlog1py } from './xlog1py.ts';
import { xlogy } from './xlogy.ts';
import { zero_pad } from './zero_pad.ts';
import { zeros } from './zeros.ts';
import { zeros_like } from './zeros_like.ts';

export const ops: readonly Op[] = [
  abs,
  acos,
  acosh,
  add,
  all,
  allclose,
  any,
  arange,
  argmax,
  argmin,
  argsort,
  array_split,
  asarray,
  asin,
  asinh,
  astype,
  atan,
  atan2,
  atanh,
  atleast_1d,
  atleast_2d,
  average,
  avg_pool1d,
  avg_pool2d,
  avg_pool3d,
  barrier,
  batch_norm,
  bessel_in,
  bessel_ine,
  beta_fn,
  betaln,
  binary_cross_entropy,
  binary_cross_entropy_with_logits,
  bincount,
  bitwise_and,
  bitwise_invert,
  bitwise_left_shift,
  bitwise_or,
  bitwise_right_shift,
  bitwise_xor,
  block_diag,
  broadcast_arrays,
  broadcast_to,
  cbrt,
  ceil,
  celu,
  checkpoint,
  checkpoint_tangent,
  clamp_max,
  clip,
  column_stack,
  concat,
  cond,
  conj,
  constant,
  conv1d,
  conv2d,
  conv3d,
  conv_general,
  conv_transpose1d,
  conv_transpose2d,
  conv_transpose3d,
  copysign,
  cos,
  cosh,
  cosine_similarity,
  count_nonzero,
  cross_entropy,
  cummax,
  cummin,
  cumprod,
  cumsum,
  cumulative_argextremum,
  cumulative_prod,
  cumulative_sum,
  custom_jvp,
  custom_linear_solve,
  custom_root,
  custom_vjp,
  custom_vjp_tangent,
  deg2rad,
  diag,
  diag_embed,
  diagonal,
  diff,
  digamma,
  divide,
  dot,
  dot_general,
  dropout,
  dynamic_slice,
  dynamic_update_slice,
  einsum,
  elu,
  embedding,
  entr,
  equal,
  erf,
  erfc,
  erfcinv,
  erfcx,
  erfinv,
  exp,
  exp2,
  expand_dims,
  expm1,
  eye,
  flatten,
  flip,
  float_power,
  floor,
  floor_divide,
  fma,
  fmax,
  fmin,
  fmod,
  fori_loop,
  full,
  full_like,
  gamma_fn,
  gather,
  gather_elements,
  gather_nd,
  gaussian_nll_loss,
  gelu,
  gemm,
  getitem,
  global_avg_pool,
  global_max_pool,
  glu,
  grad,
  greater,
  greater_equal,
  group_norm,
  hard_sigmoid,
  hard_silu,
  hard_tanh,
  hardshrink,
  heaviside,
  hessian,
  hinge_loss,
  hstack,
  huber_loss,
  hypot,
  i0,
  i0e,
  i1,
  i1e,
  identity,
  increasing,
  index_add,
  index_select,
  index_update,
  inner,
  instance_norm,
  integer_pow,
  isclose,
  isfinite,
  isinf,
  isnan,
  isneginf,
  isposinf,
  jacfwd,
  jacrev,
  jvp,
  kl_div,
  kron,
  l1_loss,
  last_writer,
  layer_norm,
  lchoose,
  leaky_relu,
  lerp,
  less,
  less_equal,
  lgamma,
  linalg_diagonal,
  linalg_matrix_norm,
  linalg_norm,
  linalg_trace,
  linalg_vector_norm,
  linear,
  linspace,
  log,
  log10,
  log1m,
  log1m_exp,
  log1m_inv_logit,
  log1mexp,
  log1p,
  log2,
  log_diff_exp,
  log_mix,
  log_ndtr,
  log_sigmoid,
  log_softmax,
  log_sum_exp,
  logaddexp,
  logaddexp2,
  logical_and,
  logical_not,
  logical_or,
  logical_xor,
  logit,
  logspace,
  logsumexp,
  map,
  masked_fill,
  matmul,
  matrix_transpose,
  matvec,
  max,
  max_pool1d,
  max_pool2d,
  max_pool3d,
  maximum,
  mean,
  median,
  meshgrid,
  min,
  minimum,
  mish,
  moveaxis,
  mse_loss,
  multigammaln,
  multiply,
  nan_to_num,
  nanmax,
  nanmean,
  nanmin,
  nansum,
  ndim,
  ndtr,
  ndtri,
  negative,
  nll_loss,
  nonzero,
  normalize,
  normalize_index,
  not_equal,
  odeint,
  odeint_tangent,
  one_hot,
  ones,
  ones_like,
  outer,
  pad,
  percentile,
  permute_dims,
  poisson_nll_loss,
  polygamma,
  pool_argmax,
  positive,
  pow,
  prelu,
  prod,
  ptp,
  put_along_axis,
  quantile,
  rad2deg,
  random_bernoulli,
  random_bits,
  random_categorical,
  random_cauchy,
  random_choice,
  random_exponential,
  random_fold_in,
  random_gumbel,
  random_key,
  random_laplace,
  random_logistic,
  random_normal,
  random_permutation,
  random_rademacher,
  random_randint,
  random_split,
  random_truncated_normal,
  random_uniform,
  ravel,
  real,
  reciprocal,
  rel_entr,
  relu,
  relu6,
  remainder,
  repeat,
  reshape,
  rms_norm,
  roll,
  rot90,
  round,
  rsqrt,
  scalar_pow,
  scaled_dot_product_attention,
  scan,
  scatter_add,
  scatter_add_along,
  scatter_elements,
  scatter_extremum,
  scatter_nd,
  scatter_set_along,
  searchsorted,
  segment_sum,
  select,
  selu,
  setitem,
  shape,
  sigmoid,
  sign,
  signbit,
  silu,
  sin,
  sinc,
  sinc_derivative,
  sinh,
  size,
  slice,
  slice_in_dim,
  smooth_l1_loss,
  soft_sign,
  softmax,
  softplus,
  softshrink,
  sort,
  split,
  sqrt,
  square,
  squareplus,
  squeeze,
  stack,
  std,
  stop_gradient,
  subtract,
  sum,
  swapaxes,
  switch_,
  take,
  take_along_axis,
  tan,
  tanh,
  tanhshrink,
  tensordot,
  threefry_bits,
  threefry_draw,
  threshold,
  thresholded_relu,
  tile,
  topk,
  trace,
  transpose,
  trapezoid,
  tri,
  trigamma,
  tril,
  triu,
  trunc,
  trunc_divide,
  unstack,
  value_and_grad,
  var_,
  vdot,
  vecdot,
  vecmat,
  vjp,
  vmap,
  vstack,
  where,
  while_loop,
  xlog1py,
  xlogy,
  zero_pad,
  zeros,
  zeros_like,
];
