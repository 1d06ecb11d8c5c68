// The points where a rule has a choice: kinks, ties, ends and singular points. Value, reverse mode and forward mode are
// pinned, and the two modes agree everywhere. Where another library is known to differ the name of the test says so.

import { describe, expect, test } from 'vitest';
import { EngineError } from '../../engine/errors.ts';
import type { Builder } from '../../engine/ir/builder.ts';
import type { Value } from '../../engine/ir/graph.ts';
import type { Tensor } from '../../engine/ir/tensor.ts';
import { tensorOf, toNumbers } from '../../engine/ir/tensor.ts';
import { gradient } from '../../engine/transform/derivatives.ts';
import type { Fn } from '../calculus/functions.ts';
import { compile, pullback, pushforward } from '../calculus/functions.ts';

type Of = (b: Builder, ...xs: Value[]) => Value;

const inf = Infinity;
const scalar = { dtype: 'float64', shape: [] } as const;
const point = (x: number): Tensor => tensorOf('float64', [], [x]);

const fnOf = (f: Of, arity: number): Fn => ({
  inputs: Array.from({ length: arity }, () => scalar),
  body: (b, xs) => [f(b, ...xs)],
});

/** Value and slopes of a function of scalars; each slope by both modes, which must agree. */
function at(f: Of, xs: readonly number[]): { value: number; slopes: number[] } {
  const fn = fnOf(f, xs.length);
  const inputs = xs.map(point);
  const [value] = toNumbers(compile(fn).run(inputs)[0]);
  const slopes = xs.map((_x, i) => {
    const [reverse] = toNumbers(compile(pullback(fn, [scalar], [i])).run([...inputs, point(1)])[0]);
    const [forward] = toNumbers(compile(pushforward(fn, [i])).run([...inputs, point(1)])[0]);
    expectNear(forward, reverse, `forward mode in operand ${i}, and reverse mode ${reverse}`);
    return reverse;
  });
  return { value, slopes };
}

/** Without the sign of zero, which a derivative need not keep. */
const plain = (x: number): number => (x === 0 ? 0 : x);

/** Equal within rounding; infinities and NaN exactly. */
function expectNear(found: number, wanted: number, what: string): void {
  const near = Math.abs(found - wanted) <= 1e-13 * (1 + Math.abs(wanted));
  if (!near) expect(plain(found), what).toBe(plain(wanted));
}

type Row = readonly [name: string, f: Of, operands: readonly number[], value: number, ...slopes: number[]];

function expectRow([, f, operands, value, ...slopes]: Row): void {
  const found = at(f, operands);
  expectNear(found.value, value, 'value');
  found.slopes.forEach((slope, i) => expectNear(slope, slopes[i], `slope ${i}`));
}

const rows = (title: string, list: readonly Row[]): void => {
  describe(title, () => {
    test.each(list.map((row) => [`${row[0]} at (${row[2].join(', ')})`, row] as const))('%s', (_name, row) =>
      expectRow(row),
    );
  });
};

rows('extrema of two', [
  ['maximum: a tie is shared', (b, x, y) => b.maximum(x, y), [2, 2], 2, 0.5, 0.5],
  ['minimum: a tie is shared', (b, x, y) => b.minimum(x, y), [2, 2], 2, 0.5, 0.5],
  ['maximum: zeros of both signs tie', (b, x, y) => b.maximum(x, y), [-0, 0], 0, 0.5, 0.5],
  [
    'maximum with NaN: slope to the NaN alone (PyTorch both, JAX none)',
    (b, x, y) => b.maximum(x, y),
    [2, NaN],
    NaN,
    0,
    1,
  ],
  ['maximum with NaN', (b, x, y) => b.maximum(x, y), [NaN, 2], NaN, 1, 0],
  ['maximum of two NaN', (b, x, y) => b.maximum(x, y), [NaN, NaN], NaN, 0.5, 0.5],
  ['minimum with NaN', (b, x, y) => b.minimum(x, y), [NaN, 2], NaN, 1, 0],
  ['fmax: a tie is shared (JAX and PyTorch one side)', (b, x, y) => b.fmax(x, y), [2, 2], 2, 0.5, 0.5],
  ['fmin: a tie is shared', (b, x, y) => b.fmin(x, y), [2, 2], 2, 0.5, 0.5],
  ['fmax leaves NaN out', (b, x, y) => b.fmax(x, y), [2, NaN], 2, 1, 0],
  ['fmin leaves NaN out', (b, x, y) => b.fmin(x, y), [NaN, 2], 2, 0, 1],
]);

rows('absolute values and steps', [
  ['abs (JAX 1)', (b, x) => b.abs(x), [0], 0, 0],
  ['abs', (b, x) => b.abs(x), [-0], 0, 0],
  ['sign', (b, x) => b.sign(x), [0], 0, 0],
  ['floor', (b, x) => b.floor(x), [1], 1, 0],
  ['ceil', (b, x) => b.ceil(x), [1], 1, 0],
  ['trunc', (b, x) => b.trunc(x), [-1.5], -1, 0],
  ['round half to even', (b, x) => b.round(x), [0.5], 0, 0],
  ['round half to even', (b, x) => b.round(x), [1.5], 2, 0],
  ['round half to even', (b, x) => b.round(x), [-2.5], -2, 0],
  ['heaviside', (b, x, y) => b.heaviside(x, y), [0, 0.25], 0.25, 0, 0],
  ['copysign (JAX the sign of y)', (b, x, y) => b.copysign(x, y), [0, -1], 0, 0, 0],
  ['copysign', (b, x, y) => b.copysign(x, y), [2, -1], -2, -1, 0],
  ['nan_to_num', (b, x) => b.nan_to_num(x), [NaN], 0, 0],
  ['nan_to_num', (b, x) => b.nan_to_num(x), [-inf], -Number.MAX_VALUE, 0],
]);

rows('activations', [
  ['relu', (b, x) => b.relu(x), [0], 0, 0],
  ['relu of NaN has slope NaN (PyTorch 1, JAX 0)', (b, x) => b.relu(x), [NaN], NaN, NaN],
  ['relu written as maximum', (b, x) => b.maximum(x, 0), [0], 0, 0.5],
  ['relu cuts off an infinite slope before it', (b, x) => b.relu(b.log(x)), [0], 0, 0],
  ['relu6', (b, x) => b.relu6(x), [0], 0, 0],
  ['relu6', (b, x) => b.relu6(x), [6], 6, 0],
  ['leaky_relu (JAX 1)', (b, x, a) => b.leaky_relu(x, a), [0, 0.1], 0, 0.1, 0],
  ['prelu', (b, x, a) => b.prelu(x, a), [0, 0.1], 0, 0.1, 0],
  ['elu', (b, x) => b.elu(x), [0], 0, 1],
  ['elu', (b, x) => b.elu(x), [1000], 1000, 1],
  ['celu', (b, x) => b.celu(x, 2), [0], 0, 1],
  ['hard_tanh (JAX 1)', (b, x) => b.hard_tanh(x), [1], 1, 0],
  ['hard_tanh (JAX 1)', (b, x) => b.hard_tanh(x), [-1], -1, 0],
  ['hard_tanh', (b, x) => b.hard_tanh(x), [NaN], NaN, NaN],
  ['hard_sigmoid', (b, x) => b.hard_sigmoid(x), [-3], 0, 0],
  ['hard_sigmoid', (b, x) => b.hard_sigmoid(x), [3], 1, 0],
  ['hard_silu', (b, x) => b.hard_silu(x), [-inf], 0, 0],
  ['sigmoid', (b, x) => b.sigmoid(x), [1000], 1, 0],
  ['sigmoid', (b, x) => b.sigmoid(x), [-1000], 0, 0],
  ['sigmoid', (b, x) => b.sigmoid(x), [-0], 0.5, 0.25],
  ['log_sigmoid', (b, x) => b.log_sigmoid(x), [-1000], -1000, 1],
  ['log_sigmoid', (b, x) => b.log_sigmoid(x), [1000], 0, 0],
  ['log_sigmoid', (b, x) => b.log_sigmoid(x), [-inf], -inf, 1],
  ['softplus', (b, x) => b.softplus(x), [1000], 1000, 1],
  ['softplus', (b, x) => b.softplus(x), [-1000], 0, 0],
  ['softplus', (b, x) => b.softplus(x), [inf], inf, 1],
  ['tanh', (b, x) => b.tanh(x), [1000], 1, 0],
  ['silu', (b, x) => b.silu(x), [-1000], 0, 0],
  ['silu (others NaN)', (b, x) => b.silu(x), [-inf], 0, 0],
  ['silu (others NaN)', (b, x) => b.silu(x), [inf], inf, 1],
  ['mish (others NaN)', (b, x) => b.mish(x), [-inf], 0, 0],
  ['mish (others NaN)', (b, x) => b.mish(x), [inf], inf, 1],
  ['gelu (others NaN)', (b, x) => b.gelu(x), [-inf], 0, 0],
  ['gelu (others NaN)', (b, x) => b.gelu(x, { approximate: false }), [-inf], 0, 0],
  ['gelu (others NaN)', (b, x) => b.gelu(x), [inf], inf, 1],
  ['gelu', (b, x) => b.gelu(x, { approximate: false }), [1000], 1000, 1],
  ['soft_sign', (b, x) => b.soft_sign(x), [0], 0, 1],
  ['soft_sign (others NaN)', (b, x) => b.soft_sign(x), [-inf], -1, 0],
]);

rows('clip', [
  ['on the bound x moves (jnp.clip 1/2, lax.clamp 0)', (b, x, l, h) => b.clip(x, l, h), [0, 0, 1], 0, 1, 0, 0],
  ['on the bound x moves', (b, x, l, h) => b.clip(x, l, h), [1, 0, 1], 1, 1, 0, 0],
  ['above', (b, x, l, h) => b.clip(x, l, h), [2, 0, 1], 1, 0, 0, 1],
  ['below', (b, x, l, h) => b.clip(x, l, h), [-1, 0, 1], 0, 0, 1, 0],
  ['bounds that meet, below them', (b, x, l, h) => b.clip(x, l, h), [-1, 0, 0], 0, 0, 0.5, 0.5],
  ['bounds in the wrong order give the upper', (b, x, l, h) => b.clip(x, l, h), [0.5, 1, 0], 0, 0, 0, 1],
  ['NaN has slope NaN (others 0)', (b, x, l, h) => b.clip(x, l, h), [NaN, 0, 1], NaN, NaN, 0, 0],
  ['one bound', (b, x) => b.clip(x, 0), [-2], 0, 0],
  ['no bound', (b, x) => b.clip(x), [-2], -2, 1],
]);

rows('roots, logarithms and quotients', [
  ['sqrt', (b, x) => b.sqrt(x), [0], 0, inf],
  ['sqrt', (b, x) => b.sqrt(x), [-1], NaN, NaN],
  ['rsqrt', (b, x) => b.rsqrt(x), [0], inf, -inf],
  ['cbrt (PyTorch NaN)', (b, x) => b.cbrt(x), [0], 0, inf],
  ['log', (b, x) => b.log(x), [0], -inf, inf],
  ['log: no slope where there is no value (others -1)', (b, x) => b.log(x), [-1], NaN, NaN],
  ['log2', (b, x) => b.log2(x), [-1], NaN, NaN],
  ['log10', (b, x) => b.log10(x), [-1], NaN, NaN],
  ['log1p', (b, x) => b.log1p(x), [-1], -inf, inf],
  ['log1p', (b, x) => b.log1p(x), [-2], NaN, NaN],
  ['reciprocal', (b, x) => b.reciprocal(x), [0], inf, -inf],
  ['divide', (b, x, y) => b.divide(x, y), [1, 0], inf, inf, -inf],
  ['divide', (b, x, y) => b.divide(x, y), [0, 0], NaN, inf, NaN],
  ['exp', (b, x) => b.exp(x), [1000], inf, inf],
  ['acos', (b, x) => b.acos(x), [1], 0, -inf],
  ['acosh', (b, x) => b.acosh(x), [1], 0, inf],
  ['acosh', (b, x) => b.acosh(x), [-2], NaN, NaN],
  ['atanh', (b, x) => b.atanh(x), [1], inf, inf],
  ['atanh', (b, x) => b.atanh(x), [2], NaN, NaN],
  ['hypot (PyTorch NaN, JAX 1/2)', (b, x, y) => b.hypot(x, y), [0, 0], 0, 0, 0],
  ['atan2 (PyTorch NaN forward, JAX NaN)', (b, x, y) => b.atan2(x, y), [0, 0], 0, 0, 0],
  ['floor_divide', (b, x, y) => b.floor_divide(x, y), [7, 2], 3, 0, 0],
  ['remainder', (b, x, y) => b.remainder(x, y), [-7, 2], 1, 1, 4],
  ['remainder at a multiple', (b, x, y) => b.remainder(x, y), [4, 2], 0, 1, -2],
  ['remainder, the quotient rounded up', (b, x, y) => b.remainder(x, y), [1, 0.1], 1 % 0.1, 1, -9],
  ['fmod', (b, x, y) => b.fmod(x, y), [-7, 2], -1, 1, 3],
]);

rows('powers', [
  ['tensor exponent (JAX NaN)', (b, x, y) => b.pow(x, y), [0, 0], 1, 0, 0],
  ['tensor exponent', (b, x, y) => b.pow(x, y), [0, 1], 0, 1, 0],
  ['tensor exponent', (b, x, y) => b.pow(x, y), [0, 2], 0, 0, 0],
  ['tensor exponent', (b, x, y) => b.pow(x, y), [0, 0.5], 0, inf, 0],
  ['tensor exponent (JAX NaN)', (b, x, y) => b.pow(x, y), [0, -1], inf, -inf, -inf],
  ['tensor exponent', (b, x, y) => b.pow(x, y), [-2, 2], 4, -4, NaN],
  ['tensor exponent', (b, x, y) => b.pow(x, y), [-2, 3], -8, 12, NaN],
  ['tensor exponent', (b, x, y) => b.pow(x, y), [-2, 0.5], NaN, NaN, NaN],
  ['tensor exponent', (b, x, y) => b.pow(x, y), [1, inf], 1, inf, 0],
  ['x ** 0', (b, x) => b.pow(x, 0), [0], 1, 0],
  ['x ** 1', (b, x) => b.pow(x, 1), [0], 0, 1],
  ['x ** 2', (b, x) => b.pow(x, 2), [-2], 4, -4],
  ['x ** 3', (b, x) => b.pow(x, 3), [-2], -8, 12],
  ['x ** 0.5', (b, x) => b.pow(x, 0.5), [0], 0, inf],
  ['x ** 0.5', (b, x) => b.pow(x, 0.5), [-2], NaN, NaN],
  ['x ** 1.5', (b, x) => b.pow(x, 1.5), [0], 0, 0],
  ['x ** -1', (b, x) => b.pow(x, -1), [0], inf, -inf],
  ['x ** 2, 2 as a constant', (b, x) => b.pow(x, b.constant(point(2))), [0], 0, 0],
  ['0 ** x', (b, x) => b.pow(0, x), [0], 1, 0],
  ['0 ** x', (b, x) => b.pow(0, x), [2], 0, 0],
]);

rows('special functions', [
  ['xlogy (JAX -inf and NaN, PyTorch NaN in y)', (b, x, y) => b.xlogy(x, y), [0, 0], 0, 0, 0],
  ['xlogy: of 0 the slope in y is 0', (b, x, y) => b.xlogy(x, y), [0, 2], 0, Math.LN2, 0],
  ['xlog1py', (b, x, y) => b.xlog1py(x, y), [0, -1], 0, 0, 0],
  ['x log x stays IEEE', (b, x) => b.multiply(x, b.log(x)), [0], NaN, NaN],
  ['entr', (b, x) => b.entr(x), [0], 0, inf],
  ['logaddexp', (b, x, y) => b.logaddexp(x, y), [1, 1], 1 + Math.LN2, 0.5, 0.5],
  ['logaddexp (others NaN)', (b, x, y) => b.logaddexp(x, y), [-inf, -inf], -inf, 0.5, 0.5],
  ['logaddexp (PyTorch NaN, JAX 1)', (b, x, y) => b.logaddexp(x, y), [inf, inf], inf, 0.5, 0.5],
  ['logaddexp', (b, x, y) => b.logaddexp(x, y), [-inf, 2], 2, 0, 1],
  ['logit', (b, x) => b.logit(x), [0], -inf, inf],
  ['logit', (b, x) => b.logit(x), [1], inf, inf],
  ['logit: no slope where there is no value', (b, x) => b.logit(x), [2], NaN, NaN],
  ['lgamma at a pole (PyTorch -inf)', (b, x) => b.lgamma(x), [0], inf, NaN],
  ['lgamma at a pole', (b, x) => b.lgamma(x), [-1], inf, NaN],
  ['digamma at a pole (JAX inf, PyTorch 6.6e32)', (b, x) => b.digamma(x), [-1], NaN, NaN],
  ['erfinv', (b, x) => b.erfinv(x), [1], inf, inf],
  ['i0e', (b, x) => b.i0e(x), [0], 1, 0],
  ['i1', (b, x) => b.i1(x), [0], 0, 0.5],
  ['i1e', (b, x) => b.i1e(x), [0], 0, 0.5],
  ['log_ndtr far out', (b, x) => b.log_ndtr(x), [-1e8], -5000000000000019, 1e8],
  ['sinc', (b, x) => b.sinc(x), [0], 1, 0],
  ['sinc', (b, x) => b.sinc(x), [1], 0, -1],
  ['smooth_l1_loss', (b, x) => b.smooth_l1_loss(x, 0), [1], 0.5, 1],
  ['huber_loss', (b, x) => b.huber_loss(x, 0), [-1], 0.5, -1],
  ['l1_loss (JAX 1)', (b, x) => b.l1_loss(x, 0), [0], 0, 0],
  ['binary_cross_entropy (PyTorch clamps)', (b, x) => b.binary_cross_entropy(x, 1), [0], inf, -inf],
  ['binary_cross_entropy (PyTorch clamps)', (b, x) => b.binary_cross_entropy(x, 0), [1], inf, inf],
  ['binary_cross_entropy', (b, x) => b.binary_cross_entropy(x, 0), [0], 0, 1],
  ['binary_cross_entropy_with_logits', (b, x) => b.binary_cross_entropy_with_logits(x, 1), [-1000], 1000, -1],
  ['kl_div (others NaN)', (b, x, y) => b.kl_div(x, y), [-inf, 0], 0, 0, 0],
  ['kl_div', (b, x) => b.kl_div(x, 0), [2], 0, 0],
]);

describe('derivatives of higher order', () => {
  /** Derivatives of order 1, 2, … of a function of one number. */
  function derivatives(f: Of, x: number, count: number): number[] {
    const fn: Fn = {
      inputs: [scalar],
      body(b, [v]) {
        const list: Value[] = [];
        for (let y = f(b, v); list.length < count; list.push(y)) [y] = gradient(b, y, [v]);
        return list;
      },
    };
    return compile(fn)
      .run([point(x)])
      .map((t) => plain(toNumbers(t)[0]));
  }

  const close = (found: readonly number[], wanted: readonly number[]): void =>
    wanted.forEach((w, i) => expectNear(found[i], w, `order ${i + 1}`));

  const cases: [string, Of, number, number[]][] = [
    ['x ** 0 at 0', (b, x) => b.pow(x, 0), 0, [0, 0]],
    ['x ** 1 at 0', (b, x) => b.pow(x, 1), 0, [1, 0]],
    ['x ** 2 at 0', (b, x) => b.pow(x, 2), 0, [0, 2, 0]],
    ['x ** 3 at 0', (b, x) => b.pow(x, 3), 0, [0, 0, 6, 0]],
    ['square at 0', (b, x) => b.square(x), 0, [0, 2, 0]],
    ['x ** 2.5 at 0', (b, x) => b.pow(x, 2.5), 0, [0, 0, inf]],
    ['x ** y at -1, y a tensor of 2', (b, x) => b.pow(x, b.add(b.stop_gradient(b.multiply(x, 0)), 2)), -1, [-2, 2]],
    ['relu at 0', (b, x) => b.relu(x), 0, [0, 0]],
    ['abs at 0', (b, x) => b.abs(x), 0, [0, 0]],
    ['x |x| at 0', (b, x) => b.multiply(x, b.abs(x)), 0, [0, 0]],
    ['softplus at 0', (b, x) => b.softplus(x), 0, [0.5, 0.25, 0, -0.125]],
    ['sigmoid at 40', (b, x) => b.multiply(b.sigmoid(x), Math.exp(40)), 40, [1, -1]],
    ['logaddexp(x, 0) at 0', (b, x) => b.logaddexp(x, 0), 0, [0.5, 0.25, 0]],
    ['sinc at 0 (PyTorch NaN)', (b, x) => b.sinc(x), 0, [0, -(Math.PI ** 2) / 3, 0, Math.PI ** 4 / 5]],
    ['lgamma at 1', (b, x) => b.lgamma(x), 1, [-0.5772156649015329, Math.PI ** 2 / 6, -2.4041138063191885]],
    ['i0 at 0', (b, x) => b.i0(x), 0, [0, 0.5, 0]],
    ['gelu at 0', (b, x) => b.gelu(x, { approximate: false }), 0, [0.5, Math.sqrt(2 / Math.PI)]],
    ['silu at ∞ (others NaN)', (b, x) => b.silu(x), inf, [1, 0]],
  ];
  test.each(cases)('%s', (_name, f, x, wanted) => close(derivatives(f, x, wanted.length), wanted));

  test('∂²/∂x∂y x ** y at y = 0 is 1 / x', () => {
    const fn: Fn = {
      inputs: [scalar, scalar],
      body(b, [x, y]) {
        const [gx, gy] = gradient(b, b.pow(x, y), [x, y]);
        return [...gradient(b, gx, [y]), ...gradient(b, gy, [x])];
      },
    };
    expect(
      compile(fn)
        .run([point(4), point(0)])
        .map((t) => toNumbers(t)[0]),
    ).toEqual([0.25, 0.25]);
  });

  test('∂²/∂x∂y x ln y at x = 0 is 1 / y', () => {
    const fn: Fn = {
      inputs: [scalar, scalar],
      body(b, [x, y]) {
        const [gx, gy] = gradient(b, b.xlogy(x, y), [x, y]);
        return [...gradient(b, gx, [y]), ...gradient(b, gy, [x])];
      },
    };
    expect(
      compile(fn)
        .run([point(0), point(4)])
        .map((t) => toNumbers(t)[0]),
    ).toEqual([0.25, 0.25]);
  });
});

describe('sums of exponentials', () => {
  /** Value, cotangents for ones, and the tangent along ones: of a function of one vector. */
  function along(f: Of, xs: readonly number[]): { value: number[]; gradient: number[]; tangent: number[] } {
    const fn: Fn = { inputs: [{ dtype: 'float64', shape: [xs.length] }], body: (b, [x]) => [f(b, x)] };
    const x = tensorOf('float64', [xs.length], xs);
    const { outputs, run } = compile(fn);
    const ones = (shape: readonly number[]): Tensor =>
      tensorOf('float64', shape, new Array<number>(shape.reduce((n, d) => n * d, 1)).fill(1));
    return {
      value: toNumbers(run([x])[0]),
      gradient: toNumbers(compile(pullback(fn, outputs)).run([x, ones(outputs[0].shape)])[0]).map(plain),
      tangent: toNumbers(compile(pushforward(fn)).run([x, ones(x.shape)])[0]).map(plain),
    };
  }

  const mask = (...kept: number[]) => tensorOf('bool', [kept.length], kept);
  const cases: [string, Of, number[], number[], number[], number[]][] = [
    ['logsumexp of -inf alone (others NaN)', (b, x) => b.logsumexp(x), [-inf, -inf], [-inf], [0, 0], [0]],
    ['logsumexp of some -inf', (b, x) => b.logsumexp(x), [-inf, 0], [0], [0, 1], [1]],
    ['logsumexp of one inf (others NaN)', (b, x) => b.logsumexp(x), [inf, 0], [inf], [1, 0], [1]],
    ['logsumexp of two inf (others NaN)', (b, x) => b.logsumexp(x), [inf, inf, 0], [inf], [0.5, 0.5, 0], [1]],
    ['logsumexp of nothing', (b, x) => b.logsumexp(x), [], [-inf], [], [0]],
    ['logsumexp of large numbers', (b, x) => b.logsumexp(x), [1000, 1000], [1000 + Math.LN2], [0.5, 0.5], [1]],
    ['softmax of -inf alone', (b, x) => b.softmax(x), [-inf, -inf], [NaN, NaN], [NaN, NaN], [NaN, NaN]],
    ['softmax of some -inf', (b, x) => b.softmax(x), [-inf, 0], [0, 1], [0, 0], [0, 0]],
    [
      'softmax with all left out (JAX: uniform)',
      (b, x) => b.softmax(x, b.constant(mask(0, 0))),
      [1, 2],
      [0, 0],
      [0, 0],
      [0, 0],
    ],
    ['softmax with one left out', (b, x) => b.softmax(x, b.constant(mask(0, 1))), [inf, 2], [0, 1], [0, 0], [0, 0]],
    ['log_softmax of some -inf', (b, x) => b.log_softmax(x), [-inf, 0], [-inf, 0], [1, -1], [0, 0]],
    [
      'cross_entropy of certainty',
      (b, x) => b.cross_entropy(x, b.constant(tensorOf('int64', [], [1n]))),
      [-1000, 1000],
      [0],
      [0, 0],
      [0],
    ],
    [
      'cross_entropy, every target ignored',
      (b, x) => b.cross_entropy(x, b.constant(tensorOf('int64', [], [-100n]))),
      [1, 2],
      [NaN],
      [0, 0],
      [0],
    ],
    [
      'cross_entropy, 0 · ln 0',
      (b, x) => b.cross_entropy(x, b.constant(tensorOf('float64', [2], [0, 1]))),
      [-inf, 0],
      [0],
      [0, 0],
      [0],
    ],
    ['mse_loss of nothing', (b, x) => b.mse_loss(x, x), [], [NaN], [], [NaN]],
  ];
  test.each(cases)('%s', (_name, f, xs, value, slopes, tangent) => {
    const found = along(f, xs);
    const close = (list: readonly number[], wanted: readonly number[], what: string): void => {
      expect(list.length).toBe(wanted.length);
      list.forEach((x, i) => expectNear(x, wanted[i], `${what} ${i}`));
    };
    close(found.value, value, 'value');
    close(found.gradient, slopes, 'gradient');
    if (xs.length > 0) close(found.tangent, tangent, 'tangent');
  });
});

describe('integers', () => {
  const ints = (f: Of, ...xs: bigint[]): (number | bigint)[] =>
    compile({
      inputs: xs.map(() => ({ dtype: 'int64', shape: [] }) as const),
      body: (b, vs) => [f(b, ...vs)],
    })
      .run(xs.map((x) => tensorOf('int64', [], [x])))
      .map((t) => t.data[0]);

  const code = (body: () => unknown): string => {
    try {
      body();
    } catch (error) {
      if (error instanceof EngineError) return error.code;
      throw error;
    }
    return 'none';
  };

  test('divide as Python does', () => {
    expect(ints((b, x, y) => b.floor_divide(x, y), -7n, 2n)).toEqual([-4n]);
    expect(ints((b, x, y) => b.trunc_divide(x, y), -7n, 2n)).toEqual([-3n]);
    expect(ints((b, x, y) => b.remainder(x, y), -7n, 2n)).toEqual([1n]);
    expect(ints((b, x, y) => b.fmod(x, y), -7n, 2n)).toEqual([-1n]);
    expect(ints((b, x, y) => b.divide(x, y), -7n, 2n)).toEqual([-3.5]);
  });

  test('divided by zero are an error (JAX: junk)', () => {
    for (const f of ['floor_divide', 'trunc_divide', 'remainder', 'fmod'] as const) {
      expect(code(() => ints((b, x, y) => b[f](x, y), 7n, 0n))).toBe('E_INTEGER_DIVISION_BY_ZERO');
    }
  });

  test('to a negative power are an error, at build time where the exponent is known', () => {
    expect(code(() => ints((b, x, y) => b.pow(x, y), 2n, -1n))).toBe('E_NEGATIVE_INTEGER_POWER');
    expect(code(() => ints((b, x) => b.pow(x, -1n), 2n))).toBe('E_NEGATIVE_INTEGER_POWER');
    expect(ints((b, x) => b.pow(x, 3n), -2n)).toEqual([-8n]);
    expect(ints((b, x) => b.pow(x, 0.5), 4n)).toEqual([2]);
  });

  test('wrap around', () => {
    expect(ints((b, x) => b.square(x), 2n ** 32n)).toEqual([0n]);
    expect(ints((b, x, y) => b.floor_divide(x, y), -(2n ** 63n), -1n)).toEqual([-(2n ** 63n)]);
    expect(ints((b, x, y) => b.pow(x, y), 3n, 1000n)).toEqual([BigInt.asIntN(64, 3n ** 1000n)]);
  });

  test('truth values have no sign', () => {
    const truth = (f: Of): unknown =>
      code(() => compile({ inputs: [{ dtype: 'bool', shape: [] }], body: (b, [x]) => [f(b, x)] }));
    expect(truth((b, x) => b.negative(x))).toBe('E_DTYPE');
    expect(truth((b, x) => b.subtract(x, x))).toBe('E_DTYPE');
    expect(truth((b, x) => b.add(x, x))).toBe('none');
  });
});
