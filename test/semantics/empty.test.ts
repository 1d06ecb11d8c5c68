// Arrays without elements: sums are the neutral element, extrema an error, shapes are kept.

import { expect, test } from 'vitest';
import type { WireTensor } from '../../engine/index.ts';
import { plain, refused, run } from '../engine/requests.ts';

const e: WireTensor = { dtype: 'float64', shape: [0], data: [] };
const inputs: Record<string, WireTensor> = {
  e,
  one: [1],
  two: [1, 2],
  wide: { shape: [2, 0], data: [] },
  tall: { shape: [0, 3], data: [] },
  none: { dtype: 'bool', shape: [0], data: [] },
  n: { dtype: 'int32', shape: [0], data: [] },
};

test.each<[string, readonly number[], unknown]>([
  ['e.sum()', [], 0],
  ['e.prod()', [], 1],
  ['e.mean()', [], NaN],
  ['e.var()', [], NaN],
  ['n.sum()', [], 0n],
  ['n.mean()', [], NaN],
  ['none.any()', [], 0],
  ['none.all()', [], 1],
  ['logsumexp(e)', [], -Infinity],
  ['jnp.linalg.norm(e)', [], 0],
  ['e.max(initial=1.0)', [], 1],
  ['wide.sum(axis=1)', [2], [0, 0]],
  ['wide.sum(axis=0)', [0], []],
  ['wide.max(axis=0)', [0], []],
  ['wide.mean(axis=1)', [2], [NaN, NaN]],
  ['jnp.cumsum(e)', [0], []],
  ['jnp.sort(wide)', [2, 0], [[], []]],
  ['jnp.argsort(e)', [0], []],
  [
    'wide @ tall',
    [2, 3],
    [
      [0, 0, 0],
      [0, 0, 0],
    ],
  ],
  ['tall @ jnp.ones((3, 2))', [0, 2], []],
  ['jnp.dot(e, e)', [], 0],
  ['one + e', [0], []],
  ['jnp.concatenate([e, two])', [2], [1, 2]],
  ['jnp.stack([e, e])', [2, 0], [[], []]],
  ['two[2:]', [0], []],
  ['two[n]', [0], []],
  ['two.at[n].set(e)', [2], [1, 2]],
  ['jnp.where(none, e, 1.0)', [0], []],
  ['jax.nn.softmax(e)', [0], []],
  ['wide.reshape(0, 5)', [0, 5], []],
  ['wide.T', [0, 2], []],
  ['jnp.outer(e, two)', [0, 2], []],
  ['jnp.diff(one)', [0], []],
  ['jnp.zeros((0, 2))', [0, 2], []],
  ['jnp.arange(0)', [0], []],
  ['jnp.linspace(0, 1, 0)', [0], []],
])('%s', (y, shape, wanted) => {
  const found = run({ program: `y = ${y}`, inputs, outputs: ['y'] }).outputs['y'];
  expect([found.shape, plain(found)]).toEqual([shape, wanted]);
});

test.each([
  'e.max()',
  'e.min()',
  'e.argmax()',
  'e.argmin()',
  'wide.max(axis=1)',
  'jnp.ptp(e)',
  'n.max()',
  'jax.lax.cummax(e).max()',
])('%s has no value', (y) => {
  const error = refused({ program: `y = ${y}`, inputs });
  expect(error.code).toBe('E_EMPTY_REDUCTION');
  expect(error.issues[0]).toMatchObject({ line: 1 });
});

test.each<[string, string]>([
  ['two + e', '(2,) and (0,)'],
  ['wide @ two', 'an axis of 0 against one of 2'],
  ['e.reshape(2)', 'no elements for two'],
])('%s does not fit: %s', (y) => {
  expect(refused({ program: `y = ${y}`, inputs }).code).toBe('E_SHAPE_MISMATCH');
});

test('gradients are empty too, and what is broadcast to nothing has the gradient 0', () => {
  const { gradients } = run({
    program: 'y = (one + e).sum() + (wide @ tall).sum()',
    inputs,
    gradients: [{ of: 'y', wrt: ['one', 'e', 'wide', 'tall'] }],
  });
  expect(Object.entries(gradients[0].wrt).map(([name, t]) => [name, t.shape, plain(t)])).toEqual([
    ['one', [1], [0]],
    ['e', [0], []],
    ['wide', [2, 0], [[], []]],
    ['tall', [0, 3], []],
  ]);
});
