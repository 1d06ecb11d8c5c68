// Limits: exponentials at their ends, the ends of domains, losses at certain probabilities, reductions over nothing.

import { describe, expect, test } from 'vitest';
import { plain, run } from '../engine/requests.ts';
import type { Point } from './points.ts';
import { expectPoint, titled } from './points.ts';

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

const tables: Readonly<Record<string, readonly Point[]>> = {
  'exponentials at their ends': [
    {
      of: 'logsumexp(x)',
      at: { x: [-inf, -inf] },
      value: -inf,
      slopes: { x: [0, 0] },
      push: 0,
      recorded: 'logsumexp -inf all',
      as: 'neither',
      note: 'both have NaN',
    },
    {
      of: 'logsumexp(x)',
      at: { x: [-inf, 0] },
      value: 0,
      slopes: { x: [0, 1] },
      push: 1,
      recorded: 'logsumexp -inf some',
      as: 'both',
    },
    {
      of: 'logsumexp(x)',
      at: { x: [inf, 0] },
      value: inf,
      slopes: { x: [1, 0] },
      push: 1,
      recorded: 'logsumexp +inf',
      as: 'neither',
      note: 'both have NaN',
    },
    {
      of: 'logsumexp(x)',
      at: { x: [inf, inf] },
      value: inf,
      slopes: { x: [0.5, 0.5] },
      push: 1,
      recorded: 'logsumexp +inf two',
      as: 'neither',
      note: 'both have NaN',
    },
    { of: 'logsumexp(x)', at: { x: [1000, 1000] }, value: 1000 + Math.LN2, slopes: { x: [0.5, 0.5] }, push: 1 },
    {
      of: 'jnp.logaddexp(a, b)',
      at: { a: 1, b: 1 },
      value: 1 + Math.LN2,
      slopes: { a: 0.5, b: 0.5 },
      push: 1,
      recorded: 'logaddexp tie',
      as: 'both',
    },
    {
      of: 'jnp.logaddexp(a, b)',
      at: { a: -inf, b: -inf },
      value: -inf,
      slopes: { a: 0.5, b: 0.5 },
      push: 1,
      recorded: 'logaddexp -inf',
      as: 'neither',
      note: 'both have NaN',
    },
    {
      of: 'jnp.logaddexp(a, b)',
      at: { a: inf, b: inf },
      value: inf,
      slopes: { a: 0.5, b: 0.5 },
      push: 1,
      recorded: 'logaddexp inf',
      as: 'neither',
      note: 'torch NaN, JAX 1 each',
    },
    { of: 'jnp.logaddexp(a, b)', at: { a: -inf, b: 2 }, value: 2, slopes: { a: 0, b: 1 }, push: 1 },
    {
      of: 'jax.nn.softmax(x)',
      at: { x: [-inf, -inf] },
      value: [nan, nan],
      slopes: { x: [nan, nan] },
      push: [nan, nan],
      recorded: 'softmax -inf all',
      as: 'both',
    },
    {
      of: 'jax.nn.softmax(x)',
      at: { x: [-inf, 0] },
      value: [0, 1],
      slopes: { x: [0, 0] },
      push: [0, 0],
      cotangent: [1, 0],
      recorded: 'softmax -inf some',
      as: 'both',
    },
    {
      of: 'jax.nn.softmax(x, where=jnp.array([False, False]))',
      at: { x: [1, 2] },
      value: [0, 0],
      slopes: { x: [0, 0] },
      push: [0, 0],
      note: 'everything masked',
    },
    {
      of: 'jax.nn.softmax(x, where=jnp.array([True, False]))',
      at: { x: [1, inf] },
      value: [1, 0],
      slopes: { x: [0, 0] },
      push: [0, 0],
    },
    {
      of: 'jax.nn.log_softmax(x)',
      at: { x: [-inf, -inf] },
      value: [nan, nan],
      slopes: { x: [nan, nan] },
      push: [nan, nan],
    },
    {
      of: 'jax.nn.log_softmax(x)',
      at: { x: [inf, 0] },
      value: [nan, nan],
      slopes: { x: [nan, nan] },
      push: [nan, nan],
      note: 'as JAX',
    },
    {
      of: 'cross_entropy(x, jnp.array([-100, 0]))',
      at: {
        x: [
          [-inf, -inf],
          [1, 1],
        ],
      },
      value: Math.LN2,
      slopes: {
        x: [
          [0, 0],
          [-0.5, 0.5],
        ],
      },
      push: 0,
      note: 'an ignored row may be anything',
    },
    {
      of: 'jax.nn.log_softmax(x, where=jnp.array([False, False]))',
      at: { x: [1, 2] },
      value: [-inf, -inf],
      slopes: { x: [0, 0] },
      push: [0, 0],
    },
    {
      of: 'jax.nn.log_softmax(x)',
      at: { x: [-inf, 0] },
      value: [-inf, 0],
      slopes: { x: [0, 0] },
      push: [0, 0],
      cotangent: [0, 1],
      recorded: 'log_softmax some',
      as: 'both',
    },
    {
      of: 'jnp.exp(x)',
      at: { x: [1000] },
      value: [inf],
      slopes: { x: [inf] },
      push: 'slope',
      recorded: 'exp',
      as: 'both',
    },
    { of: 'jnp.exp(x)', at: { x: [-inf, inf] }, value: [0, inf], slopes: { x: [0, inf] }, push: 'slope' },
    {
      of: 'jax.nn.sigmoid(x)',
      at: { x: [-1000, 1000] },
      value: [0, 1],
      slopes: { x: [0, 0] },
      push: 'slope',
      recorded: 'sigmoid',
      as: 'both',
    },
    { of: 'jax.nn.sigmoid(x)', at: { x: [0, -0] }, value: [0.5, 0.5], slopes: { x: [0.25, 0.25] }, push: 'slope' },
    {
      of: 'jax.nn.softplus(x)',
      at: { x: [-1000, 1000] },
      value: [0, 1000],
      slopes: { x: [0, 1] },
      push: 'slope',
      recorded: 'softplus',
      as: 'both',
    },
    {
      of: 'jax.nn.softplus(x)',
      at: { x: [0, -0] },
      value: [Math.LN2, Math.LN2],
      slopes: { x: [0.5, 0.5] },
      push: 'slope',
    },
    {
      of: 'jax.nn.log_sigmoid(x)',
      at: { x: [-1000, 1000] },
      value: [-1000, 0],
      slopes: { x: [1, 0] },
      push: 'slope',
      recorded: 'logsigmoid',
      as: 'both',
    },
    {
      of: 'jax.nn.log_sigmoid(x)',
      at: { x: [0, -0] },
      value: [-Math.LN2, -Math.LN2],
      slopes: { x: [0.5, 0.5] },
      push: 'slope',
    },
    {
      of: 'jnp.tanh(x)',
      at: { x: [1000] },
      value: [1],
      slopes: { x: [0] },
      push: 'slope',
      recorded: 'tanh',
      as: 'both',
    },
    { of: 'jnp.tanh(x)', at: { x: [-1000, 0, -0] }, value: [-1, 0, 0], slopes: { x: [0, 1, 1] }, push: 'slope' },
  ],
  'ends of domains': [
    {
      of: 'jnp.arccos(x)',
      at: { x: [1] },
      value: [0],
      slopes: { x: [-inf] },
      push: 'slope',
      recorded: 'acos',
      as: 'both',
    },
    { of: 'jnp.arccos(x)', at: { x: [2] }, value: [nan], slopes: { x: [nan] }, push: 'slope' },
    { of: 'jnp.arcsin(x)', at: { x: [1, -2] }, value: [Math.PI / 2, nan], slopes: { x: [inf, nan] }, push: 'slope' },
    {
      of: 'jnp.arccosh(x)',
      at: { x: [1] },
      value: [0],
      slopes: { x: [inf] },
      push: 'slope',
      recorded: 'acosh',
      as: 'both',
    },
    {
      of: 'jnp.arccosh(x)',
      at: { x: [-2, 0] },
      value: [nan, nan],
      slopes: { x: [nan, nan] },
      push: 'slope',
      note: 'NaN where undefined, though 1/sqrt(x² − 1) is finite at -2',
    },
    {
      of: 'jnp.arctanh(x)',
      at: { x: [1] },
      value: [inf],
      slopes: { x: [inf] },
      push: 'slope',
      recorded: 'atanh',
      as: 'both',
    },
    {
      of: 'jnp.arctanh(x)',
      at: { x: [2] },
      value: [nan],
      slopes: { x: [nan] },
      push: 'slope',
      note: 'NaN where undefined, though 1/(1 − x²) is finite at 2',
    },
    {
      of: 'lgamma(x)',
      at: { x: [0, -1, -0.5] },
      value: [inf, inf, 1.2655121234846454],
      slopes: { x: [nan, nan, 0.03648997397857652] },
      push: 'slope',
      recorded: 'lgamma',
      as: 'jax',
      note: 'NaN at every pole: torch has −∞ at 0',
    },
    {
      of: 'digamma(x)',
      at: { x: [0, -1] },
      value: [nan, nan],
      slopes: { x: [nan, nan] },
      push: 'slope',
      recorded: 'digamma',
      as: 'neither',
      note: 'NaN at every pole: torch has 6.6e32, JAX ∞',
    },
    {
      of: 'erfinv(x)',
      at: { x: [1] },
      value: [inf],
      slopes: { x: [inf] },
      push: 'slope',
      recorded: 'erfinv',
      as: 'both',
    },
    { of: 'erfinv(x)', at: { x: [2] }, value: [nan], slopes: { x: [nan] }, push: 'slope' },
  ],
  losses: [
    {
      of: 'binary_cross_entropy(x, jnp.array([1.0, 0.0]), reduction="none")',
      at: { x: [0, 1] },
      value: [inf, inf],
      slopes: { x: [-inf, inf] },
      push: 'slope',
      recorded: 'bce 0/1',
      as: 'jax',
      note: 'exact: torch clamps the log at -100 and the slope at 1e12',
    },
    {
      of: 'binary_cross_entropy(x, jnp.array([0.0, 1.0]), reduction="none")',
      at: { x: [0, 1] },
      value: [0, 0],
      slopes: { x: [1, -1] },
      push: 'slope',
    },
    {
      of: 'kl_div(x, jnp.array([0.0, 1.0]), reduction="sum")',
      at: { x: [-inf, 0] },
      value: 0,
      slopes: { x: [0, -1] },
      push: -1,
      recorded: 'kl_div t=0',
      as: 'neither',
      note: 'a target of 0 contributes 0: both give NaN',
    },
    {
      of: 'mse_loss(x, jnp.zeros(0))',
      at: { x: [] },
      value: nan,
      slopes: { x: [] },
      push: 0,
      recorded: 'mse empty mean',
      as: 'neither',
      note: 'as for mean',
    },
    {
      of: 'cross_entropy(x, jnp.array([-100, -100]))',
      at: {
        x: [
          [1, 2],
          [3, 4],
        ],
      },
      value: nan,
      slopes: {
        x: [
          [0, 0],
          [0, 0],
        ],
      },
      push: 0,
      note: 'every target ignored: a mean over nothing',
    },
  ],
  'attention to nothing': [
    {
      of: 'scaled_dot_product_attention(q, k, v, jnp.array([[False, False], [True, False]]))',
      at: {
        q: [
          [1, 2],
          [0, 0],
        ],
        k: [
          [1, 0],
          [0, 1],
        ],
        v: [[3], [5]],
      },
      value: [[0], [3]],
      slopes: {
        q: [
          [0, 0],
          [0, 0],
        ],
        k: [
          [0, 0],
          [0, 0],
        ],
        v: [[1], [0]],
      },
      push: [[0], [1]],
      note: 'a row that is masked entirely is 0 with the gradient 0: JAX takes the average',
    },
    {
      of: 'scaled_dot_product_attention(q, k, v, m)',
      at: {
        q: [[1, 2]],
        k: [
          [1, 0],
          [0, 1],
        ],
        v: [[3], [5]],
        m: [[-inf, -inf]],
      },
      value: [[0]],
      slopes: {
        q: [[0, 0]],
        k: [
          [0, 0],
          [0, 0],
        ],
        v: [[0], [0]],
      },
      push: [[0]],
      note: 'likewise for a mask that is added',
    },
  ],
  'nothing to reduce': [
    { of: 'x.sum()', at: { x: [] }, value: 0, slopes: { x: [] }, push: 0, recorded: 'sum empty', as: 'both' },
    {
      of: 'x.mean()',
      at: { x: [] },
      value: nan,
      slopes: { x: [] },
      push: 0,
      recorded: 'mean empty',
      as: 'neither',
      note: 'the JVP of both is NaN, beside a gradient that is empty',
    },
    { of: 'x.prod()', at: { x: [] }, value: 1, slopes: { x: [] }, push: 0, recorded: 'prod empty', as: 'both' },
    {
      of: 'logsumexp(x)',
      at: { x: [] },
      value: -inf,
      slopes: { x: [] },
      push: 0,
      recorded: 'logsumexp empty',
      as: 'neither',
      note: 'the JVP of both is NaN, beside a gradient that is empty',
    },
  ],
};

describe.each(Object.entries(tables))('%s', (_table, points) => {
  test.each(titled(points))('%s', (_title, point) => expectPoint(point));
});

describe('sinc and Bessel functions at 0', () => {
  const points: readonly Point[] = [
    {
      of: 'jnp.sinc(x)',
      at: { x: [0, 1] },
      value: [1, 3.8981718325193755e-17],
      slopes: { x: [0, -1] },
      push: 'slope',
      recorded: 'sinc',
      as: 'both',
    },
    { of: 'i0e(x)', at: { x: [0] }, value: [1], slopes: { x: [0] }, push: 'slope', recorded: 'i0e', as: 'both' },
    { of: 'i1(x)', at: { x: [0] }, value: [0], slopes: { x: [0.5] }, push: 'slope', recorded: 'i1', as: 'both' },
  ];
  test.each(titled(points))('%s', (_title, point) => expectPoint(point));

  // sinc(x) = Σ (−1)^k (πx)^2k / (2k + 1)!; torch has NaN from the second derivative on.
  test('sinc is exact to the fourth order', () => {
    const program = [
      'f = jnp.sinc',
      'd1 = jax.grad(f)',
      'd2 = jax.grad(d1)',
      'd3 = jax.grad(d2)',
      'd4 = jax.grad(d3)',
      'y = jnp.stack([d1(x), d2(x), d3(x), d4(x)])',
    ].join('\n');
    const wanted = [0, -(Math.PI ** 2) / 3, 0, Math.PI ** 4 / 5];
    (plain(run({ program, inputs: { x: 0 }, outputs: ['y'] }).outputs['y']) as number[]).forEach((d, k) => {
      expect(d).toBeCloseTo(wanted[k], 10);
    });
  });
});
