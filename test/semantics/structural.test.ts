// What a mask, pad, slice or gather leaves out has no derivative, whatever the slope there: exactly 0, in both modes.

import { describe, expect, test } from 'vitest';
import { plain, run } from '../engine/requests.ts';
import type { Point } from './points.ts';
import { expectPoint, titled } from './points.ts';

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
const x = [0, -1, 4];

const points: readonly Point[] = [
  {
    of: 'jnp.where(x > 0, jnp.sqrt(x), 0)',
    at: { x },
    value: [0, 0, 2],
    slopes: { x: [0, 0, 0.25] },
    push: 'slope',
    recorded: 'where nan branch',
    as: 'neither',
    note: 'both have NaN in reverse and 0 forward',
  },
  {
    of: 'jnp.where(x > 0, jnp.sqrt(jnp.where(x > 0, x, 1.0)), 0)',
    at: { x },
    value: [0, 0, 2],
    slopes: { x: [0, 0, 0.25] },
    push: 'slope',
    recorded: 'where double',
    as: 'both',
    note: 'the workaround, not needed here',
  },
  {
    of: 'jnp.where(x > 0, jnp.log(x), x)',
    at: { x },
    value: [0, -1, Math.log(4)],
    slopes: { x: [1, 1, 0.25] },
    push: 'slope',
  },
  { of: 'jnp.where(x == 0, 1.0, jnp.sin(x) / x)', at: { x: [0] }, value: [1], slopes: { x: [0] }, push: 'slope' },
  {
    of: 'jnp.where(x > 0, x ** -0.5, 0)',
    at: { x },
    value: [0, 0, 0.5],
    slopes: { x: [0, 0, -0.0625] },
    push: 'slope',
  },
  {
    of: 'jnp.where(x > 0, jnp.exp(1 / x), 0)',
    at: { x: [0, 1] },
    value: [0, Math.E],
    slopes: { x: [0, -Math.E] },
    push: 'slope',
  },
  {
    of: 'jnp.where(x > 0, jnp.sqrt(x), 0) * 3 / 2 + x',
    at: { x },
    value: [0, -1, 7],
    slopes: { x: [1, 1, 1.375] },
    push: 'slope',
    note: 'and through what follows',
  },
  {
    of: 'jax.nn.relu(jnp.log(x))',
    at: { x: [0.5, 4] },
    value: [0, Math.log(4)],
    slopes: { x: [0, 0.25] },
    push: 'slope',
  },
  { of: 'jnp.minimum(jnp.sqrt(x), -1.0)', at: { x: [0] }, value: [-1], slopes: { x: [0] }, push: 'slope' },
  {
    of: 'jnp.clip(jnp.sqrt(x), 1, 2)',
    at: { x: [0, 2.25] },
    value: [1, 1.5],
    slopes: { x: [0, 1 / 3] },
    push: 'slope',
  },
  { of: 'jnp.sqrt(x)[2:]', at: { x }, value: [2], slopes: { x: [0, 0, 0.25] }, push: [0.25] },
  { of: 'jnp.sqrt(x)[jnp.array([2, 2])]', at: { x }, value: [2, 2], slopes: { x: [0, 0, 0.5] }, push: [0.25, 0.25] },
  { of: 'jnp.sqrt(x)[-1]', at: { x }, value: 2, slopes: { x: [0, 0, 0.25] }, push: 0.25 },
  { of: 'jnp.sqrt(x).at[:2].set(7.0)', at: { x }, value: [7, 7, 2], slopes: { x: [0, 0, 0.25] }, push: 'slope' },
  { of: 'jnp.sqrt(x).max()', at: { x: [0, 4] }, value: 2, slopes: { x: [0, 0.25] }, push: 0.25 },
  { of: 'jnp.sort(jnp.sqrt(x))[1]', at: { x: [4, 0] }, value: 2, slopes: { x: [0.25, 0] }, push: 0.25 },
  { of: 'jnp.sum(jnp.sqrt(x), where=x > 0)', at: { x }, value: 2, slopes: { x: [0, 0, 0.25] }, push: 0.25 },
  { of: 'jnp.mean(jnp.log(x), where=x > 0)', at: { x }, value: Math.log(4), slopes: { x: [0, 0, 0.25] }, push: 0.25 },
  { of: 'jnp.nansum(jnp.sqrt(x))', at: { x: [-1, 4] }, value: 2, slopes: { x: [0, 0.25] }, push: 0.25 },
  {
    of: 'jnp.tril(jnp.sqrt(x))',
    at: {
      x: [
        [1, 0],
        [4, 1],
      ],
    },
    value: [
      [1, 0],
      [2, 1],
    ],
    slopes: {
      x: [
        [0.5, 0],
        [0.25, 0.5],
      ],
    },
    push: 'slope',
  },
  {
    of: 'jnp.diag(jnp.sqrt(x))',
    at: {
      x: [
        [1, 0],
        [-1, 4],
      ],
    },
    value: [1, 2],
    slopes: {
      x: [
        [0.5, 0],
        [0, 0.25],
      ],
    },
    push: [0.5, 0.25],
  },
  { of: 'jnp.roll(jnp.sqrt(x), 1)[0]', at: { x }, value: 2, slopes: { x: [0, 0, 0.25] }, push: 0.25 },
  {
    of: 'jnp.where(x > 0, jnp.sqrt(x), 0) ** 2',
    at: { x },
    value: [0, 0, 4],
    slopes: { x: [0, 0, 1] },
    push: 'slope',
  },
  {
    of: 'jnp.sqrt(x) ** 2',
    at: { x: [0] },
    value: [0],
    slopes: { x: [nan] },
    push: 'slope',
    note: 'a 0 that is only a number multiplies under IEEE: NaN is the honest answer where the truth is 1',
  },
  { of: 'jnp.exp(jnp.log(x))', at: { x: [0] }, value: [0], slopes: { x: [nan] }, push: 'slope', note: 'likewise' },
  { of: '0 * jnp.log(x)', at: { x: [0] }, value: [nan], slopes: { x: [nan] }, push: 'slope', note: 'likewise' },
  { of: 'jnp.where(x > 0, jnp.sqrt(x), jnp.inf)', at: { x: [0] }, value: [inf], slopes: { x: [0] }, push: 'slope' },
];

test.each(titled(points))('%s', (_title, point) => expectPoint(point));

describe('what is not asked for is not run', () => {
  test('a branch that no output needs makes no NaN', () => {
    const { warnings, gradients } = run({
      program: 'bad = jnp.log(x)\ny = x * 2',
      inputs: { x: -1 },
      outputs: ['y'],
      gradients: [{ of: 'y', wrt: ['x'] }],
      debug_nans: true,
    });
    expect(plain(gradients[0].wrt['x'])).toBe(2);
    expect(warnings).toEqual([]);
  });

  test('curvature stays zero too', () => {
    const { hessians } = run({
      program: 'y = jnp.where(x > 0, jnp.sqrt(x), 0).sum()',
      inputs: { x: [0, 4] },
      hessians: [{ of: 'y', wrt: ['x'] }],
    });
    expect((plain(hessians[0].wrt['x']['x']) as number[][]).map((row) => row.map((u) => u + 0))).toEqual([
      [0, 0],
      [0, -1 / 32],
    ]);
  });

  test('a Jacobian in both modes', () => {
    const { jacobians } = run({
      program: 'y = jnp.where(x > 0, jnp.sqrt(x), 0)',
      inputs: { x: [0, 4] },
      jacobians: [
        { of: 'y', wrt: ['x'], mode: 'forward' },
        { of: 'y', wrt: ['x'], mode: 'reverse' },
      ],
    });
    for (const { wrt } of jacobians) {
      expect((plain(wrt['x']) as number[][]).map((row) => row.map((u) => u + 0))).toEqual([
        [0, 0],
        [0, 0.25],
      ]);
    }
  });
});
