// Typed builder methods, one per op. Generated from the ops: run `npm run generate` after changing one.

import type { DType } from '../ir/aval.ts';
import type { Value } from '../ir/graph.ts';
import type { AttrValue, Operand, Subprogram } from '../op.ts';

export interface OpCalls {
  abs(x: Operand): Value;
  acos(x: Operand): Value;
  acosh(x: Operand): Value;
  add(x: Operand, y: Operand): Value;
  all(
    x: Operand,
    attrs?: {
      readonly axis?: number | readonly number[] | null;
      readonly keepdims?: boolean;
      readonly where?: Operand | null;
    },
  ): Value;
  allclose(
    x: Operand,
    y: Operand,
    attrs?: { readonly rtol?: number; readonly atol?: number; readonly equal_nan?: boolean },
  ): Value;
  any(
    x: Operand,
    attrs?: {
      readonly axis?: number | readonly number[] | null;
      readonly keepdims?: boolean;
      readonly where?: Operand | null;
    },
  ): Value;
  arange(
    start: Operand,
    stop?: Operand | null,
    step?: Operand | null,
    attrs?: { readonly dtype?: DType | null },
  ): Value;
  argmax(x: Operand, attrs?: { readonly axis?: number | null; readonly keepdims?: boolean }): Value;
  argmin(x: Operand, attrs?: { readonly axis?: number | null; readonly keepdims?: boolean }): Value;
  argsort(
    x: Operand,
    attrs?: { readonly axis?: number | null; readonly descending?: boolean; readonly stable?: boolean },
  ): Value;
  array_split(x: Operand, attrs: { readonly indices_or_sections: AttrValue; readonly axis?: number }): readonly Value[];
  asarray(x: Operand, attrs?: { readonly dtype?: DType | null }): Value;
  asin(x: Operand): Value;
  asinh(x: Operand): Value;
  astype(x: Operand, attrs: { readonly dtype: DType }): Value;
  atan(x: Operand): Value;
  atan2(x1: Operand, x2: Operand): Value;
  atanh(x: Operand): Value;
  atleast_1d(x: Operand): Value;
  atleast_2d(x: Operand): Value;
  average(
    x: Operand,
    attrs?: {
      readonly axis?: number | readonly number[] | null;
      readonly weights?: Operand | null;
      readonly keepdims?: boolean;
    },
  ): Value;
  avg_pool1d(
    x: Operand,
    attrs: {
      readonly kernel_size: readonly number[];
      readonly stride?: readonly number[] | null;
      readonly padding?: AttrValue;
      readonly ceil_mode?: boolean;
      readonly count_include_pad?: boolean;
      readonly divisor_override?: number | null;
    },
  ): Value;
  avg_pool2d(
    x: Operand,
    attrs: {
      readonly kernel_size: readonly number[];
      readonly stride?: readonly number[] | null;
      readonly padding?: AttrValue;
      readonly ceil_mode?: boolean;
      readonly count_include_pad?: boolean;
      readonly divisor_override?: number | null;
    },
  ): Value;
  avg_pool3d(
    x: Operand,
    attrs: {
      readonly kernel_size: readonly number[];
      readonly stride?: readonly number[] | null;
      readonly padding?: AttrValue;
      readonly ceil_mode?: boolean;
      readonly count_include_pad?: boolean;
      readonly divisor_override?: number | null;
    },
  ): Value;
  barrier(): Value;
  batch_norm(
    x: Operand,
    running_mean: Operand,
    running_var: Operand,
    weight?: Operand | null,
    bias?: Operand | null,
    attrs?: {
      readonly training?: boolean | null;
      readonly momentum?: number;
      readonly eps?: number;
      readonly axis?: number | null;
    },
  ): readonly Value[];
  bessel_in(x: Operand, attrs: { readonly n: number }): Value;
  bessel_ine(x: Operand, attrs: { readonly n: number }): Value;
  beta_fn(x: Operand, y: Operand): Value;
  betaln(x: Operand, y: Operand): Value;
  binary_cross_entropy(
    input: Operand,
    target: Operand,
    attrs?: { readonly weight?: Operand | null; readonly reduction?: string },
  ): Value;
  binary_cross_entropy_with_logits(
    input: Operand,
    target: Operand,
    attrs?: { readonly weight?: Operand | null; readonly reduction?: string; readonly pos_weight?: Operand | null },
  ): Value;
  bincount(
    x: Operand,
    weights?: Operand | null,
    attrs?: { readonly minlength?: number; readonly length?: number | null },
  ): Value;
  bitwise_and(x: Operand, y: Operand): Value;
  bitwise_invert(x: Operand): Value;
  bitwise_left_shift(x: Operand, y: Operand): Value;
  bitwise_or(x: Operand, y: Operand): Value;
  bitwise_right_shift(x: Operand, y: Operand): Value;
  bitwise_xor(x: Operand, y: Operand): Value;
  block_diag(arrays: readonly Operand[]): Value;
  broadcast_arrays(arrays: readonly Operand[]): readonly Value[];
  broadcast_to(x: Operand, attrs: { readonly shape: readonly number[] }): Value;
  cbrt(x: Operand): Value;
  ceil(x: Operand): Value;
  celu(x: Operand, alpha?: Operand): Value;
  checkpoint(operands: readonly Operand[], attrs: { readonly fun: Subprogram }): readonly Value[];
  checkpoint_tangent(): readonly Value[];
  clamp_max(x: Operand, max: Operand): Value;
  clip(x: Operand, min?: Operand | null, max?: Operand | null): Value;
  column_stack(arrays: readonly Operand[]): Value;
  concat(arrays: readonly Operand[], attrs?: { readonly axis?: number | null }): Value;
  cond(
    pred: Operand,
    operands: readonly Operand[],
    attrs: { readonly true_fun: Subprogram; readonly false_fun: Subprogram },
  ): readonly Value[];
  conj(x: Operand): Value;
  constant_(attrs: { readonly value: AttrValue }): Value;
  conv1d(
    x: Operand,
    weight: Operand,
    bias?: Operand | null,
    attrs?: {
      readonly stride?: readonly number[];
      readonly padding?: AttrValue;
      readonly dilation?: readonly number[];
      readonly groups?: number;
    },
  ): Value;
  conv2d(
    x: Operand,
    weight: Operand,
    bias?: Operand | null,
    attrs?: {
      readonly stride?: readonly number[];
      readonly padding?: AttrValue;
      readonly dilation?: readonly number[];
      readonly groups?: number;
    },
  ): Value;
  conv3d(
    x: Operand,
    weight: Operand,
    bias?: Operand | null,
    attrs?: {
      readonly stride?: readonly number[];
      readonly padding?: AttrValue;
      readonly dilation?: readonly number[];
      readonly groups?: number;
    },
  ): Value;
  conv_general(
    x: Operand,
    weight: Operand,
    attrs?: {
      readonly window_strides?: readonly number[];
      readonly padding?: AttrValue;
      readonly lhs_dilation?: readonly number[] | null;
      readonly rhs_dilation?: readonly number[] | null;
      readonly feature_group_count?: number;
    },
  ): Value;
  conv_transpose1d(
    x: Operand,
    weight: Operand,
    bias?: Operand | null,
    attrs?: {
      readonly stride?: readonly number[];
      readonly padding?: readonly number[];
      readonly output_padding?: readonly number[];
      readonly groups?: number;
      readonly dilation?: readonly number[];
    },
  ): Value;
  conv_transpose2d(
    x: Operand,
    weight: Operand,
    bias?: Operand | null,
    attrs?: {
      readonly stride?: readonly number[];
      readonly padding?: readonly number[];
      readonly output_padding?: readonly number[];
      readonly groups?: number;
      readonly dilation?: readonly number[];
    },
  ): Value;
  conv_transpose3d(
    x: Operand,
    weight: Operand,
    bias?: Operand | null,
    attrs?: {
      readonly stride?: readonly number[];
      readonly padding?: readonly number[];
      readonly output_padding?: readonly number[];
      readonly groups?: number;
      readonly dilation?: readonly number[];
    },
  ): Value;
  copysign(x: Operand, y: Operand): Value;
  cos(x: Operand): Value;
  cosh(x: Operand): Value;
  cosine_similarity(x: Operand, y: Operand, attrs?: { readonly axis?: number | null; readonly eps?: number }): Value;
  count_nonzero(
    x: Operand,
    attrs?: { readonly axis?: number | readonly number[] | null; readonly keepdims?: boolean },
  ): Value;
  cross_entropy(
    input: Operand,
    target: Operand,
    attrs?: {
      readonly weight?: Operand | null;
      readonly ignore_index?: number;
      readonly reduction?: string;
      readonly label_smoothing?: number;
    },
  ): Value;
  cummax(x: Operand, attrs?: { readonly axis?: number; readonly reverse?: boolean }): Value;
  cummin(x: Operand, attrs?: { readonly axis?: number; readonly reverse?: boolean }): Value;
  cumprod(
    x: Operand,
    attrs?: { readonly axis?: number | null; readonly dtype?: DType | null; readonly reverse?: boolean },
  ): Value;
  cumsum(
    x: Operand,
    attrs?: { readonly axis?: number | null; readonly dtype?: DType | null; readonly reverse?: boolean },
  ): Value;
  cumulative_argextremum(x: Operand, attrs: { readonly axis: number; readonly kind: string }): Value;
  cumulative_prod(
    x: Operand,
    attrs?: { readonly axis?: number | null; readonly dtype?: DType | null; readonly include_initial?: boolean },
  ): Value;
  cumulative_sum(
    x: Operand,
    attrs?: { readonly axis?: number | null; readonly dtype?: DType | null; readonly include_initial?: boolean },
  ): Value;
  custom_jvp(
    operands: readonly Operand[],
    attrs: { readonly fun: Subprogram; readonly rule: Subprogram },
  ): readonly Value[];
  custom_linear_solve(): readonly Value[];
  custom_root(): readonly Value[];
  custom_vjp(
    operands: readonly Operand[],
    attrs: { readonly fun: Subprogram; readonly fwd: Subprogram; readonly bwd: Subprogram },
  ): readonly Value[];
  custom_vjp_tangent(): readonly Value[];
  deg2rad(x: Operand): Value;
  diag(x: Operand, attrs?: { readonly k?: number }): Value;
  diag_embed(x: Operand, attrs?: { readonly offset?: number }): Value;
  diagonal(x: Operand, attrs?: { readonly offset?: number; readonly axis1?: number; readonly axis2?: number }): Value;
  diff(
    x: Operand,
    prepend?: Operand | null,
    append?: Operand | null,
    attrs?: { readonly n?: number; readonly axis?: number },
  ): Value;
  digamma(x: Operand): Value;
  divide(x: Operand, y: Operand): Value;
  dot(x: Operand, y: Operand): Value;
  dot_general(x: Operand, y: Operand, attrs: { readonly contract: AttrValue; readonly batch?: AttrValue }): Value;
  dropout(
    x: Operand,
    key?: Operand | null,
    attrs?: { readonly rate?: number; readonly training?: boolean | null },
  ): Value;
  dynamic_slice(
    x: Operand,
    start_indices: readonly Operand[],
    attrs: { readonly slice_sizes: readonly number[] },
  ): Value;
  dynamic_update_slice(x: Operand, y: Operand, start_indices: readonly Operand[]): Value;
  einsum(operands: readonly Operand[], attrs: { readonly subscripts: string; readonly optimize?: AttrValue }): Value;
  elu(x: Operand, alpha?: Operand): Value;
  embedding(x: Operand, weight: Operand, attrs?: { readonly padding_idx?: number | null }): Value;
  entr(x: Operand): Value;
  equal(x: Operand, y: Operand): Value;
  erf(x: Operand): Value;
  erfc(x: Operand): Value;
  erfcinv(x: Operand): Value;
  erfcx(x: Operand): Value;
  erfinv(x: Operand): Value;
  exp(x: Operand): Value;
  exp2(x: Operand): Value;
  expand_dims(x: Operand, attrs?: { readonly axis?: number | readonly number[] | null }): Value;
  expm1(x: Operand): Value;
  eye(attrs: {
    readonly n_rows: number;
    readonly n_cols?: number | null;
    readonly k?: number;
    readonly dtype?: DType | null;
  }): Value;
  flatten(x: Operand, attrs?: { readonly start_dim?: number; readonly end_dim?: number }): Value;
  flip(x: Operand, attrs?: { readonly axis?: number | readonly number[] | null }): Value;
  float_power(x: Operand, y: Operand): Value;
  floor(x: Operand): Value;
  floor_divide(x: Operand, y: Operand): Value;
  fma(x: Operand, y: Operand, z: Operand): Value;
  fmax(x: Operand, y: Operand): Value;
  fmin(x: Operand, y: Operand): Value;
  fmod(x: Operand, y: Operand): Value;
  fori_loop(
    lower: Operand,
    upper: Operand,
    init_val: readonly Operand[],
    attrs: { readonly body_fun: Subprogram },
  ): readonly Value[];
  full(fill_value: Operand, attrs: { readonly shape: readonly number[]; readonly dtype?: DType | null }): Value;
  full_like(
    x: Operand,
    fill_value: Operand,
    attrs?: { readonly dtype?: DType | null; readonly shape?: readonly number[] | null },
  ): Value;
  gamma_fn(x: Operand): Value;
  gather(x: Operand, index: Operand, attrs?: { readonly axis?: number; readonly batch?: number }): Value;
  gather_elements(x: Operand, indices: Operand, attrs?: { readonly axis?: number }): Value;
  gather_nd(x: Operand, indices: Operand, attrs?: { readonly batch_dims?: number }): Value;
  gaussian_nll_loss(
    input: Operand,
    target: Operand,
    var_: Operand,
    attrs?: { readonly full?: boolean; readonly eps?: number; readonly reduction?: string },
  ): Value;
  gelu(x: Operand, attrs?: { readonly approximate?: boolean }): Value;
  gemm(
    x: Operand,
    y: Operand,
    z?: Operand | null,
    attrs?: { readonly alpha?: number; readonly beta?: number; readonly trans_x?: boolean; readonly trans_y?: boolean },
  ): Value;
  getitem(x: Operand, indices: readonly Operand[], attrs: { readonly index: AttrValue }): Value;
  global_avg_pool(x: Operand): Value;
  global_max_pool(x: Operand): Value;
  glu(x: Operand, attrs?: { readonly axis?: number | null }): Value;
  grad(
    operands: readonly Operand[],
    attrs: { readonly fun: Subprogram; readonly argnums?: readonly number[] },
  ): readonly Value[];
  greater(x: Operand, y: Operand): Value;
  greater_equal(x: Operand, y: Operand): Value;
  group_norm(
    x: Operand,
    weight: Operand | null,
    bias: Operand | null,
    attrs: { readonly num_groups: number; readonly eps?: number },
  ): Value;
  hard_sigmoid(x: Operand): Value;
  hard_silu(x: Operand): Value;
  hard_tanh(x: Operand, attrs?: { readonly min_val?: number; readonly max_val?: number }): Value;
  hardshrink(x: Operand, attrs?: { readonly lambd?: number }): Value;
  heaviside(x: Operand, y: Operand): Value;
  hessian(
    operands: readonly Operand[],
    attrs: { readonly fun: Subprogram; readonly argnums?: readonly number[] },
  ): readonly Value[];
  hinge_loss(input: Operand, target: Operand, attrs?: { readonly reduction?: string }): Value;
  hstack(arrays: readonly Operand[]): Value;
  huber_loss(
    input: Operand,
    target: Operand,
    attrs?: { readonly reduction?: string; readonly delta?: number; readonly weight?: Operand | null },
  ): Value;
  hypot(x: Operand, y: Operand): Value;
  i0(x: Operand): Value;
  i0e(x: Operand): Value;
  i1(x: Operand): Value;
  i1e(x: Operand): Value;
  identity(x: Operand): Value;
  increasing(): Value;
  index_add(
    x: Operand,
    index: Operand,
    source: Operand,
    attrs: { readonly dim: number; readonly alpha?: Operand },
  ): Value;
  index_select(x: Operand, index: Operand, attrs: { readonly dim: number }): Value;
  index_update(
    x: Operand,
    y: Operand,
    indices: readonly Operand[],
    attrs: { readonly index: AttrValue; readonly mode?: string },
  ): Value;
  inner(x: Operand, y: Operand): Value;
  instance_norm(x: Operand, weight?: Operand | null, bias?: Operand | null, attrs?: { readonly eps?: number }): Value;
  integer_pow(x: Operand, attrs: { readonly y: number }): Value;
  isclose(
    x: Operand,
    y: Operand,
    attrs?: { readonly rtol?: number; readonly atol?: number; readonly equal_nan?: boolean },
  ): Value;
  isfinite(x: Operand): Value;
  isinf(x: Operand): Value;
  isnan(x: Operand): Value;
  isneginf(x: Operand): Value;
  isposinf(x: Operand): Value;
  jacfwd(
    operands: readonly Operand[],
    attrs: { readonly fun: Subprogram; readonly argnums?: readonly number[] },
  ): readonly Value[];
  jacrev(
    operands: readonly Operand[],
    attrs: { readonly fun: Subprogram; readonly argnums?: readonly number[] },
  ): readonly Value[];
  jvp(primals: readonly Operand[], tangents: readonly Operand[], attrs: { readonly fun: Subprogram }): readonly Value[];
  kl_div(
    input: Operand,
    target: Operand,
    attrs?: { readonly reduction?: string; readonly log_target?: boolean },
  ): Value;
  kron(x: Operand, y: Operand): Value;
  l1_loss(
    input: Operand,
    target: Operand,
    attrs?: { readonly reduction?: string; readonly weight?: Operand | null },
  ): Value;
  last_writer(index: Operand, attrs: { readonly size: number }): Value;
  layer_norm(
    x: Operand,
    weight?: Operand | null,
    bias?: Operand | null,
    attrs?: {
      readonly normalized_shape?: readonly number[] | null;
      readonly eps?: number;
      readonly axis?: number | readonly number[] | null;
    },
  ): Value;
  lchoose(x: Operand, y: Operand): Value;
  leaky_relu(x: Operand, negative_slope?: Operand): Value;
  lerp(x: Operand, y: Operand, weight: Operand): Value;
  less(x: Operand, y: Operand): Value;
  less_equal(x: Operand, y: Operand): Value;
  lgamma(x: Operand): Value;
  linalg_diagonal(
    x: Operand,
    attrs?: { readonly offset?: number; readonly axis1?: number; readonly axis2?: number },
  ): Value;
  linalg_matrix_norm(x: Operand, attrs?: { readonly keepdims?: boolean; readonly ord?: AttrValue }): Value;
  linalg_norm(
    x: Operand,
    attrs?: {
      readonly ord?: AttrValue;
      readonly axis?: number | readonly number[] | null;
      readonly keepdims?: boolean;
    },
  ): Value;
  linalg_trace(x: Operand, attrs?: { readonly offset?: number; readonly dtype?: DType | null }): Value;
  linalg_vector_norm(
    x: Operand,
    attrs?: {
      readonly axis?: number | readonly number[] | null;
      readonly keepdims?: boolean;
      readonly ord?: AttrValue;
    },
  ): Value;
  linear(x: Operand, weight: Operand, bias?: Operand | null): Value;
  linspace(
    start: Operand,
    stop: Operand,
    attrs?: {
      readonly num?: number;
      readonly endpoint?: boolean;
      readonly dtype?: DType | null;
      readonly axis?: number;
    },
  ): Value;
  log(x: Operand): Value;
  log10(x: Operand): Value;
  log1m(x: Operand): Value;
  log1m_exp(x: Operand): Value;
  log1m_inv_logit(x: Operand): Value;
  log1mexp(x: Operand): Value;
  log1p(x: Operand): Value;
  log2(x: Operand): Value;
  log_diff_exp(x: Operand, y: Operand): Value;
  log_mix(theta: Operand, x: Operand, y: Operand): Value;
  log_ndtr(x: Operand): Value;
  log_sigmoid(x: Operand): Value;
  log_softmax(x: Operand, where?: Operand | null, attrs?: { readonly axis?: number | readonly number[] | null }): Value;
  log_sum_exp(
    x: Operand,
    attrs?: { readonly axis?: number | readonly number[] | null; readonly keepdims?: boolean },
  ): Value;
  logaddexp(x: Operand, y: Operand): Value;
  logaddexp2(x: Operand, y: Operand): Value;
  logical_and(x: Operand, y: Operand): Value;
  logical_not(x: Operand): Value;
  logical_or(x: Operand, y: Operand): Value;
  logical_xor(x: Operand, y: Operand): Value;
  logit(x: Operand, attrs?: { readonly eps?: number | null }): Value;
  logspace(
    start: Operand,
    stop: Operand,
    base?: Operand,
    attrs?: { readonly num?: number; readonly endpoint?: boolean },
  ): Value;
  logsumexp(
    x: Operand,
    b?: Operand | null,
    attrs?: {
      readonly axis?: number | readonly number[] | null;
      readonly keepdims?: boolean;
      readonly where?: Operand | null;
    },
  ): Value;
  map(xs: readonly Operand[], attrs: { readonly f: Subprogram }): readonly Value[];
  masked_fill(x: Operand, mask: Operand, value: Operand): Value;
  matmul(x: Operand, y: Operand): Value;
  matrix_transpose(x: Operand): Value;
  matvec(x: Operand, y: Operand): Value;
  max(
    x: Operand,
    attrs?: {
      readonly axis?: number | readonly number[] | null;
      readonly keepdims?: boolean;
      readonly initial?: Operand | null;
      readonly where?: Operand | null;
    },
  ): Value;
  max_pool1d(
    x: Operand,
    attrs: {
      readonly kernel_size: readonly number[];
      readonly stride?: readonly number[] | null;
      readonly padding?: AttrValue;
      readonly dilation?: readonly number[];
      readonly ceil_mode?: boolean;
    },
  ): Value;
  max_pool2d(
    x: Operand,
    attrs: {
      readonly kernel_size: readonly number[];
      readonly stride?: readonly number[] | null;
      readonly padding?: AttrValue;
      readonly dilation?: readonly number[];
      readonly ceil_mode?: boolean;
    },
  ): Value;
  max_pool3d(
    x: Operand,
    attrs: {
      readonly kernel_size: readonly number[];
      readonly stride?: readonly number[] | null;
      readonly padding?: AttrValue;
      readonly dilation?: readonly number[];
      readonly ceil_mode?: boolean;
    },
  ): Value;
  maximum(x: Operand, y: Operand): Value;
  mean(
    x: Operand,
    attrs?: {
      readonly axis?: number | readonly number[] | null;
      readonly dtype?: DType | null;
      readonly keepdims?: boolean;
      readonly where?: Operand | null;
    },
  ): Value;
  median(x: Operand, attrs?: { readonly axis?: number | readonly number[] | null; readonly keepdims?: boolean }): Value;
  meshgrid(arrays: readonly Operand[], attrs?: { readonly indexing?: string }): readonly Value[];
  min(
    x: Operand,
    attrs?: {
      readonly axis?: number | readonly number[] | null;
      readonly keepdims?: boolean;
      readonly initial?: Operand | null;
      readonly where?: Operand | null;
    },
  ): Value;
  minimum(x: Operand, y: Operand): Value;
  mish(x: Operand): Value;
  moveaxis(
    x: Operand,
    attrs: {
      readonly source: number | readonly number[] | null;
      readonly destination: number | readonly number[] | null;
    },
  ): Value;
  mse_loss(
    input: Operand,
    target: Operand,
    attrs?: { readonly reduction?: string; readonly weight?: Operand | null },
  ): Value;
  multigammaln(x: Operand, attrs: { readonly d: number }): Value;
  multiply(x: Operand, y: Operand): Value;
  nan_to_num(
    x: Operand,
    nan?: Operand,
    posinf?: Operand | null,
    neginf?: Operand | null,
    attrs?: { readonly copy?: boolean },
  ): Value;
  nanmax(x: Operand, attrs?: { readonly axis?: number | readonly number[] | null; readonly keepdims?: boolean }): Value;
  nanmean(
    x: Operand,
    attrs?: { readonly axis?: number | readonly number[] | null; readonly keepdims?: boolean },
  ): Value;
  nanmin(x: Operand, attrs?: { readonly axis?: number | readonly number[] | null; readonly keepdims?: boolean }): Value;
  nansum(x: Operand, attrs?: { readonly axis?: number | readonly number[] | null; readonly keepdims?: boolean }): Value;
  ndim(x: Operand): Value;
  ndtr(x: Operand): Value;
  ndtri(x: Operand): Value;
  negative(x: Operand): Value;
  nll_loss(
    input: Operand,
    target: Operand,
    attrs?: { readonly weight?: Operand | null; readonly ignore_index?: number; readonly reduction?: string },
  ): Value;
  nonzero(x: Operand, attrs?: { readonly size?: number | null; readonly fill_value?: Operand }): readonly Value[];
  normalize(
    x: Operand,
    attrs?: { readonly p?: AttrValue; readonly axis?: number | readonly number[] | null; readonly eps?: number },
  ): Value;
  normalize_index(
    index: Operand,
    attrs: { readonly size: number; readonly axis?: number; readonly mode?: string },
  ): Value;
  not_equal(x: Operand, y: Operand): Value;
  odeint(
    y0: readonly Operand[],
    t: Operand,
    args: readonly Operand[],
    attrs: {
      readonly func: Subprogram;
      readonly rtol?: number;
      readonly atol?: number;
      readonly mxstep?: number | null;
      readonly hmax?: number | null;
    },
  ): readonly Value[];
  odeint_tangent(): readonly Value[];
  one_hot(
    x: Operand,
    attrs: { readonly num_classes: number; readonly dtype?: DType | null; readonly axis?: number },
  ): Value;
  ones(attrs: { readonly shape: readonly number[]; readonly dtype?: DType | null }): Value;
  ones_like(x: Operand, attrs?: { readonly dtype?: DType | null; readonly shape?: readonly number[] | null }): Value;
  outer(x: Operand, y: Operand): Value;
  pad(
    x: Operand,
    attrs: { readonly pad_width: AttrValue; readonly mode?: string; readonly constant_values?: Operand | null },
  ): Value;
  percentile(
    x: Operand,
    q: Operand,
    attrs?: {
      readonly axis?: number | readonly number[] | null;
      readonly method?: string;
      readonly keepdims?: boolean;
    },
  ): Value;
  permute_dims(x: Operand, attrs: { readonly axes: readonly number[] }): Value;
  poisson_nll_loss(
    input: Operand,
    target: Operand,
    attrs?: {
      readonly log_input?: boolean;
      readonly full?: boolean;
      readonly eps?: number;
      readonly reduction?: string;
    },
  ): Value;
  polygamma(x: Operand, attrs: { readonly n: number }): Value;
  pool_argmax(
    x: Operand,
    attrs: {
      readonly window: readonly number[];
      readonly stride: readonly number[];
      readonly dilation: readonly number[];
      readonly low: readonly number[];
      readonly counts: readonly number[];
    },
  ): Value;
  positive(x: Operand): Value;
  pow(x: Operand, y: Operand): Value;
  prelu(x: Operand, weight: Operand): Value;
  prod(
    x: Operand,
    attrs?: {
      readonly axis?: number | readonly number[] | null;
      readonly keepdims?: boolean;
      readonly dtype?: DType | null;
      readonly initial?: Operand | null;
      readonly where?: Operand | null;
    },
  ): Value;
  ptp(x: Operand, attrs?: { readonly axis?: number | readonly number[] | null; readonly keepdims?: boolean }): Value;
  put_along_axis(x: Operand, indices: Operand, values: Operand, attrs?: { readonly axis?: number }): Value;
  quantile(
    x: Operand,
    q: Operand,
    attrs?: {
      readonly axis?: number | readonly number[] | null;
      readonly method?: string;
      readonly keepdims?: boolean;
    },
  ): Value;
  rad2deg(x: Operand): Value;
  random_bernoulli(key: Operand, p?: Operand, attrs?: { readonly shape?: readonly number[] | null }): Value;
  random_bits(key: Operand, attrs?: { readonly shape?: readonly number[]; readonly dtype?: DType }): Value;
  random_categorical(
    key: Operand,
    logits: Operand,
    attrs?: { readonly axis?: number | null; readonly shape?: readonly number[] | null },
  ): Value;
  random_cauchy(key: Operand, attrs?: { readonly shape?: readonly number[]; readonly dtype?: DType | null }): Value;
  random_choice(
    key: Operand,
    a: Operand,
    p?: Operand | null,
    attrs?: { readonly shape?: readonly number[]; readonly replace?: boolean; readonly axis?: number | null },
  ): Value;
  random_exponential(
    key: Operand,
    attrs?: { readonly shape?: readonly number[]; readonly dtype?: DType | null },
  ): Value;
  random_fold_in(key: Operand, data: Operand): Value;
  random_gumbel(key: Operand, attrs?: { readonly shape?: readonly number[]; readonly dtype?: DType | null }): Value;
  random_key(seed: Operand): Value;
  random_laplace(key: Operand, attrs?: { readonly shape?: readonly number[]; readonly dtype?: DType | null }): Value;
  random_logistic(key: Operand, attrs?: { readonly shape?: readonly number[]; readonly dtype?: DType | null }): Value;
  random_normal(key: Operand, attrs?: { readonly shape?: readonly number[]; readonly dtype?: DType | null }): Value;
  random_permutation(
    key: Operand,
    x: Operand,
    attrs?: { readonly axis?: number | null; readonly independent?: boolean },
  ): Value;
  random_rademacher(key: Operand, attrs?: { readonly shape?: readonly number[]; readonly dtype?: DType }): Value;
  random_randint(
    key: Operand,
    minval: Operand,
    maxval: Operand,
    attrs: { readonly shape: readonly number[]; readonly dtype?: DType },
  ): Value;
  random_split(key: Operand, attrs?: { readonly num?: readonly number[] }): Value;
  random_truncated_normal(
    key: Operand,
    lower: Operand,
    upper: Operand,
    attrs?: { readonly shape?: readonly number[] | null; readonly dtype?: DType | null },
  ): Value;
  random_uniform(
    key: Operand,
    minval?: Operand,
    maxval?: Operand,
    attrs?: { readonly shape?: readonly number[]; readonly dtype?: DType | null },
  ): Value;
  ravel(x: Operand): Value;
  real(x: Operand): Value;
  reciprocal(x: Operand): Value;
  rel_entr(x: Operand, y: Operand): Value;
  relu(x: Operand): Value;
  relu6(x: Operand): Value;
  remainder(x: Operand, y: Operand): Value;
  repeat(x: Operand, attrs: { readonly repeats: readonly number[]; readonly axis?: number | null }): Value;
  reshape(x: Operand, attrs: { readonly shape: readonly number[] }): Value;
  rms_norm(
    x: Operand,
    weight?: Operand | null,
    attrs?: {
      readonly normalized_shape?: readonly number[] | null;
      readonly eps?: number | null;
      readonly axis?: number | readonly number[] | null;
    },
  ): Value;
  roll(
    x: Operand,
    attrs: { readonly shift: readonly number[]; readonly axis?: number | readonly number[] | null },
  ): Value;
  rot90(x: Operand, attrs?: { readonly k?: number; readonly axes?: readonly number[] }): Value;
  round(x: Operand, attrs?: { readonly decimals?: number }): Value;
  rsqrt(x: Operand): Value;
  scalar_pow(x: Operand, attrs: { readonly y: number }): Value;
  scaled_dot_product_attention(
    query: Operand,
    key: Operand,
    value: Operand,
    attn_mask?: Operand | null,
    attrs?: { readonly is_causal?: boolean; readonly scale?: number | null },
  ): Value;
  scan(
    init: readonly Operand[],
    xs: readonly Operand[],
    attrs: { readonly body: Subprogram; readonly length?: number | null; readonly reverse?: boolean },
  ): readonly Value[];
  scatter_add(x: Operand, index: Operand, src: Operand, attrs: { readonly dim: number }): Value;
  scatter_add_along(
    x: Operand,
    index: Operand,
    y: Operand,
    attrs?: { readonly axis?: number; readonly batch?: number },
  ): Value;
  scatter_elements(
    x: Operand,
    indices: Operand,
    updates: Operand,
    attrs?: { readonly axis?: number; readonly reduction?: string },
  ): Value;
  scatter_extremum(
    x: Operand,
    index: Operand,
    y: Operand,
    attrs?: { readonly axis?: number; readonly batch?: number; readonly kind?: string },
  ): Value;
  scatter_nd(x: Operand, indices: Operand, updates: Operand, attrs?: { readonly reduction?: string }): Value;
  scatter_set_along(
    x: Operand,
    index: Operand,
    y: Operand,
    attrs?: { readonly axis?: number; readonly batch?: number; readonly distinct?: boolean },
  ): Value;
  searchsorted(x: Operand, values: Operand, attrs?: { readonly side?: string }): Value;
  segment_sum(x: Operand, segment_ids: Operand, attrs?: { readonly num_segments?: number | null }): Value;
  select(condlist: readonly Operand[], choicelist: readonly Operand[], default_?: Operand): Value;
  selu(x: Operand): Value;
  setitem(x: Operand, y: Operand, indices: readonly Operand[], attrs: { readonly index: AttrValue }): Value;
  shape(x: Operand, attrs?: { readonly start?: number; readonly end?: number | null }): Value;
  sigmoid(x: Operand): Value;
  sign(x: Operand): Value;
  signbit(x: Operand): Value;
  silu(x: Operand): Value;
  sin(x: Operand): Value;
  sinc(x: Operand): Value;
  sinc_derivative(x: Operand, attrs: { readonly n: number }): Value;
  sinh(x: Operand): Value;
  size(x: Operand, attrs?: { readonly axis?: number | readonly number[] | null }): Value;
  slice(
    x: Operand,
    attrs: {
      readonly start: readonly number[];
      readonly stop: readonly number[];
      readonly step?: readonly number[] | null;
    },
  ): Value;
  slice_in_dim(
    x: Operand,
    attrs?: {
      readonly start_index?: number | null;
      readonly limit_index?: number | null;
      readonly stride?: number;
      readonly axis?: number;
    },
  ): Value;
  smooth_l1_loss(
    input: Operand,
    target: Operand,
    attrs?: { readonly reduction?: string; readonly beta?: number },
  ): Value;
  soft_sign(x: Operand): Value;
  softmax(x: Operand, where?: Operand | null, attrs?: { readonly axis?: number | readonly number[] | null }): Value;
  softplus(x: Operand, attrs?: { readonly beta?: number }): Value;
  softshrink(x: Operand, attrs?: { readonly lambd?: number }): Value;
  sort(
    x: Operand,
    attrs?: { readonly axis?: number | null; readonly descending?: boolean; readonly stable?: boolean },
  ): Value;
  split(x: Operand, attrs: { readonly indices_or_sections: AttrValue; readonly axis?: number }): readonly Value[];
  sqrt(x: Operand): Value;
  square(x: Operand): Value;
  squareplus(x: Operand, b?: Operand): Value;
  squeeze(x: Operand, attrs?: { readonly axis?: number | readonly number[] | null }): Value;
  stack(arrays: readonly Operand[], attrs?: { readonly axis?: number }): Value;
  std(
    x: Operand,
    attrs?: {
      readonly axis?: number | readonly number[] | null;
      readonly dtype?: DType | null;
      readonly ddof?: number;
      readonly keepdims?: boolean;
      readonly where?: Operand | null;
      readonly correction?: number | null;
    },
  ): Value;
  stop_gradient(x: Operand): Value;
  subtract(x: Operand, y: Operand): Value;
  sum(
    x: Operand,
    attrs?: {
      readonly axis?: number | readonly number[] | null;
      readonly keepdims?: boolean;
      readonly dtype?: DType | null;
      readonly initial?: Operand | null;
      readonly where?: Operand | null;
    },
  ): Value;
  swapaxes(x: Operand, attrs: { readonly axis1: number; readonly axis2: number }): Value;
  switch(
    index: Operand,
    operands: readonly Operand[],
    attrs: { readonly branches: readonly Subprogram[] },
  ): readonly Value[];
  take(
    x: Operand,
    indices: Operand,
    attrs?: { readonly axis?: number | null; readonly mode?: string; readonly fill_value?: Operand | null },
  ): Value;
  take_along_axis(
    x: Operand,
    indices: Operand,
    attrs?: { readonly axis?: number | null; readonly mode?: string },
  ): Value;
  tan(x: Operand): Value;
  tanh(x: Operand): Value;
  tanhshrink(x: Operand): Value;
  tensordot(x: Operand, y: Operand, attrs?: { readonly axes?: AttrValue }): Value;
  threefry_bits(key: Operand, attrs: { readonly shape: readonly number[]; readonly width?: number }): Value;
  threefry_draw(
    key: Operand,
    attrs: { readonly distribution: string; readonly shape: readonly number[]; readonly dtype: DType },
  ): Value;
  threshold(x: Operand, attrs: { readonly threshold: number; readonly value: number }): Value;
  thresholded_relu(x: Operand, attrs?: { readonly alpha?: number }): Value;
  tile(x: Operand, attrs: { readonly repetitions: readonly number[] }): Value;
  topk(x: Operand, attrs: { readonly k: number; readonly axis?: number; readonly largest?: boolean }): readonly Value[];
  trace(
    x: Operand,
    attrs?: {
      readonly offset?: number;
      readonly axis1?: number;
      readonly axis2?: number;
      readonly dtype?: DType | null;
    },
  ): Value;
  transpose(x: Operand, attrs?: { readonly axes?: readonly number[] | null }): Value;
  trapezoid(y: Operand, x?: Operand | null, dx?: Operand, attrs?: { readonly axis?: number }): Value;
  tri(attrs: {
    readonly n_rows: number;
    readonly n_cols?: number | null;
    readonly k?: number;
    readonly dtype?: DType | null;
  }): Value;
  trigamma(x: Operand): Value;
  tril(x: Operand, attrs?: { readonly k?: number }): Value;
  triu(x: Operand, attrs?: { readonly k?: number }): Value;
  trunc(x: Operand): Value;
  trunc_divide(x: Operand, y: Operand): Value;
  unstack(x: Operand, attrs?: { readonly axis?: number }): readonly Value[];
  value_and_grad(
    operands: readonly Operand[],
    attrs: { readonly fun: Subprogram; readonly argnums?: readonly number[] },
  ): readonly Value[];
  var(
    x: Operand,
    attrs?: {
      readonly axis?: number | readonly number[] | null;
      readonly dtype?: DType | null;
      readonly ddof?: number;
      readonly keepdims?: boolean;
      readonly where?: Operand | null;
      readonly correction?: number | null;
    },
  ): Value;
  vdot(x: Operand, y: Operand): Value;
  vecdot(x: Operand, y: Operand, attrs?: { readonly axis?: number }): Value;
  vecmat(x: Operand, y: Operand): Value;
  vjp(
    primals: readonly Operand[],
    cotangents: readonly Operand[],
    attrs: { readonly fun: Subprogram },
  ): readonly Value[];
  vmap(
    operands: readonly Operand[],
    attrs: { readonly fun: Subprogram; readonly in_axes?: AttrValue },
  ): readonly Value[];
  vstack(arrays: readonly Operand[]): Value;
  where(condition: Operand, x: Operand, y: Operand): Value;
  while_loop(
    init_val: readonly Operand[],
    attrs: { readonly cond_fun: Subprogram; readonly body_fun: Subprogram },
  ): readonly Value[];
  xlog1py(x: Operand, y: Operand): Value;
  xlogy(x: Operand, y: Operand): Value;
  zero_pad(
    x: Operand,
    attrs: { readonly low: readonly number[]; readonly high: readonly number[]; readonly interior: readonly number[] },
  ): Value;
  zeros_(attrs: { readonly shape: readonly number[]; readonly dtype?: DType | null }): Value;
  zeros_like(x: Operand, attrs?: { readonly dtype?: DType | null; readonly shape?: readonly number[] | null }): Value;
}
