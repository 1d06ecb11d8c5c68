// Functions of jax.lax that are not those of jax.numpy of the same name, and JAX's defaults where libraries differ.

import { expect, test } from 'vitest';
import { plain, refused, run } from '../engine/requests.ts';

const x = [1, 2.25, 3];
const value = (y: string): unknown =>
  plain(run({ program: `y = ${y}`, inputs: { x, n: { dtype: 'int32', data: [-7, 7] } }, outputs: ['y'] }).outputs['y']);

test.each<[string, unknown]>([
  ['jax.lax.clamp(2.0, x, 2.5)', [2, 2.25, 2.5]],
  ['jax.lax.clamp(2.5, x, 2.0)', [2, 2, 2]],
  ['jax.lax.clamp(min=2.0, x=x, max=2.5)', [2, 2.25, 2.5]],
  ['jnp.clip(x, 2.0, 2.5)', [2, 2.25, 2.5]],
  ['jnp.clip(x, max=2.0)', [1, 2, 2]],
  ['clamp_min(x, 2.0)', [2, 2.25, 3]],
  ['clamp_max(x, 2.0)', [1, 2, 2]],
  ['jax.lax.max(x, 2.0)', [2, 2.25, 3]],
  ['jax.lax.min(x, 2.0)', [1, 2, 2]],
  ['jnp.max(x)', 3],
  ['jax.lax.div(n, 2)', [-3, 3]],
  ['jax.lax.rem(n, 2)', [-1, 1]],
  ['n % 2', [1, 1]],
  ['jax.lax.div(x, 2.0)', [0.5, 1.125, 1.5]],
  ['jax.lax.select(x > 2, x, -x)', [-1, 2.25, 3]],
  ['jax.lax.select_n(x > 2, x, -x)', [1, -2.25, -3]],
  [
    'jax.lax.cumsum(jnp.ones((2, 2)))',
    [
      [1, 1],
      [2, 2],
    ],
  ],
  ['jnp.cumsum(jnp.ones((2, 2)))', [1, 2, 3, 4]],
  ['jax.lax.cumsum(x, 0, True)', [6.25, 5.25, 3]],
  ['jax.lax.cummax(x, reverse=True)', [3, 3, 3]],
  ['jnp.var(x - x + x[0])', 0],
  ['jnp.var(jnp.array([1.0, 3.0]))', 1],
  ['jnp.var(jnp.array([1.0, 3.0]), ddof=1)', 2],
])('%s', (y, wanted) => {
  expect(value(y)).toEqual(wanted);
});

test('jax.nn.gelu is the approximation by tanh, unless it is told otherwise', () => {
  expect(value('jax.nn.gelu(x)[0]')).toBeCloseTo(0.8411919906082768, 14);
  expect(value('jax.nn.gelu(x, approximate=False)[0]')).toBeCloseTo(0.8413447460685429, 14);
});

test('jax.lax.round, which rounds halves away from zero, is not taken for jnp.round', () => {
  expect(refused({ program: 'y = jax.lax.round(x)', inputs: { x } }).code).toBe('E_PROGRAM_UNSUPPORTED');
  expect(value('jnp.round(jnp.array([0.5, 1.5, 2.5]))')).toEqual([0, 2, 2]);
});

test('too many arguments, or one twice, are refused', () => {
  for (const y of ['jax.lax.clamp(0.0, x, 1.0, 2.0)', 'jax.lax.clamp(0.0, x, min=1.0, max=2.0)', 'jax.lax.max(x)']) {
    expect(refused({ program: `y = ${y}`, inputs: { x } }).code).toBe('E_OP_ARITY');
  }
});
