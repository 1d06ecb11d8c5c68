// What dtype an expression has: a table to read, and recorded runs of JAX over every pair of dtypes.

import { describe, expect, test } from 'vitest';
import type { ComputeRequest, WireTensor } from '../../engine/index.ts';
import type { DType } from '../../engine/ir/aval.ts';
import { plain, refused, run } from '../engine/requests.ts';
import recorded from './promotion.json' with { type: 'json' };

/** One array of two elements and one scalar of each dtype, by the letter that the recorded expressions use. */
const letters: Readonly<Record<string, DType>> = {
  b: 'bool',
  u: 'uint8',
  i: 'int32',
  l: 'int64',
  f: 'float32',
  d: 'float64',
};
const inputs: Record<string, WireTensor> = Object.fromEntries(
  Object.entries(letters).flatMap(([letter, dtype]) => [
    [letter, { dtype, data: dtype === 'bool' ? [0, 1] : [3, 2] }],
    [`${letter}0`, { dtype, data: dtype === 'bool' ? 1 : 2 }],
  ]),
);
const asked = (expression: string, more: Partial<ComputeRequest> = {}): ComputeRequest => ({
  program: `y = ${expression}`,
  inputs,
  outputs: ['y'],
  ...more,
});
const dtypeOf = (expression: string, more: Partial<ComputeRequest> = {}): DType =>
  run(asked(expression, more)).outputs['y'].dtype;

describe('the rules', () => {
  test.each<[string, DType, string]>([
    ['i + f', 'float32', 'integer with float is that float, as in JAX and PyTorch'],
    ['l * f', 'float32', 'whatever the width of the integer'],
    ['i + d', 'float64', ''],
    ['f + d', 'float64', ''],
    ['d0 * f', 'float64', 'a scalar array is an array like any other: PyTorch says float32'],
    ['f0 + i', 'float32', ''],
    ['u + i', 'int32', ''],
    ['i + l', 'int64', ''],
    ['b + u', 'uint8', ''],
    ['b + b', 'bool', '"or", as in JAX'],
    ['b * b', 'bool', '"and"'],
    ['b // True', 'int64', 'bool counts as an integer where a quotient is wanted'],
    ['i + 2', 'int32', 'a literal has no dtype of its own'],
    ['u + 2', 'uint8', ''],
    ['f + 2', 'float32', ''],
    ['f * 2.5', 'float32', ''],
    ['b + 2', 'int64', 'but its kind counts'],
    ['b * 2.0', 'float64', ''],
    ['i * 2.0', 'float64', 'an integer array with a float literal: the default float'],
    ['i * 2.0 * f', 'float32', 'which stays weak until it meets a dtype'],
    ['i / i', 'float64', 'the default float; JAX takes float32 for narrow integers'],
    ['i / i * f', 'float64', 'and that is no literal'],
    ['i / 2', 'float64', ''],
    ['f / i', 'float32', ''],
    ['i // i', 'int32', ''],
    ['i % 2', 'int32', ''],
    ['i ** 2', 'int32', ''],
    ['u ** 2', 'uint8', ''],
    ['i ** 2.0', 'float64', ''],
    ['f ** i', 'float32', ''],
    ['2 ** i', 'int32', ''],
    ['i.sum()', 'int64', 'sums of integers are int64'],
    ['u.sum()', 'int64', 'JAX has uint64'],
    ['b.sum()', 'int64', ''],
    ['i.prod()', 'int64', ''],
    ['jnp.cumsum(i)', 'int32', 'running sums keep the dtype, as in JAX'],
    ['jnp.cumulative_sum(i)', 'int64', "the Array API's do not"],
    ['i.max()', 'int32', ''],
    ['i.mean()', 'float64', ''],
    ['b.mean()', 'float64', ''],
    ['f.mean()', 'float32', ''],
    ['jnp.sqrt(i)', 'float64', ''],
    ['jnp.sqrt(f)', 'float32', ''],
    ['jnp.abs(i)', 'int32', ''],
    ['jnp.floor(i)', 'int32', ''],
    ['f < i', 'bool', ''],
    ['d.argmax()', 'int64', ''],
    ['jnp.argsort(f)', 'int64', ''],
    ['jnp.where(b, i, 0)', 'int32', ''],
    ['jnp.where(b, i, 0.5)', 'float64', ''],
    ['jnp.where(b, f, 0.5)', 'float32', ''],
    ['jnp.where(b, 1, 2)', 'int64', ''],
    ['jnp.where(b, 1.0, 2) * f', 'float32', 'a choice between literals is one'],
    ['jnp.sin(1.0) * f', 'float32', 'so is a function of one'],
    ['jnp.array(1.0) * f', 'float32', 'and an array of one, as in JAX'],
    ['jnp.array([1.0]) * f', 'float64', 'unless it is in a list'],
    ['jnp.full(2, 1) + u', 'uint8', ''],
    ['jnp.zeros(2) * f', 'float64', ''],
    ['d.astype(int)', 'int64', ''],
    ['i.astype(float)', 'float64', ''],
    ['jnp.zeros(2, dtype=bool)', 'bool', ''],
  ])('%s is %s', (expression, dtype) => {
    expect(dtypeOf(expression)).toBe(dtype);
  });

  test.each<[string, DType]>([
    ['i / i', 'float32'],
    ['i * 2.0', 'float32'],
    ['i.mean()', 'float32'],
    ['jnp.sqrt(i)', 'float32'],
    ['jnp.zeros(2)', 'float32'],
    ['i.astype(float)', 'float32'],
    ['d * 0.1', 'float64'],
    ['x * 0.1', 'float32'],
  ])('with a default of float32, %s is %s', (expression, dtype) => {
    expect(dtypeOf(expression, { dtype: 'float32', inputs: { ...inputs, x: [1, 2] } })).toBe(dtype);
  });

  test.each(['b - b', '-b', 'f & f', 'd << 1', '~f', 'i ^ f'])('%s is refused', (expression) => {
    expect(refused(asked(expression)).code).toBe('E_DTYPE');
  });

  test('a literal converts from its exact value', () => {
    expect(plain(run(asked('f * 0 + 0.1')).outputs['y'])).toEqual([Math.fround(0.1), Math.fround(0.1)]);
    expect(plain(run(asked('l * 0 + 9007199254740993')).outputs['y'])).toEqual([9007199254740993n, 9007199254740993n]);
  });
});

interface Recorded {
  readonly error?: string;
  readonly dtype?: string;
  readonly shape?: readonly number[];
  readonly data?: unknown;
}

/** Where we differ from JAX, and what we do. */
const accepted = 'JAX refuses, and we compute';
const byZero = 'an integer divided by 0 is an error, where JAX makes -2, 0 or 255';
const wholeBool = 'whole numbers from bool are int64, the default integer, where JAX has int32';
const differences: ReadonlyMap<string, string> = new Map([
  ...['u // b', 'i // b', 'l // b', 'u % b', 'i % b', 'l % b'].map((e) => [e, byZero] as const),
  ...['b // True', 'b % True', 'b ** True', 'b ** 2', 'jnp.square(b)', 'jnp.power(b, 2)'].map(
    (e) => [e, wholeBool] as const,
  ),
  ...['jnp.sign(b)', 'jnp.round(b)', 'jax.nn.sigmoid(b)', 'jax.nn.softmax(b)'].map((e) => [e, accepted] as const),
  ...['jax.nn.sigmoid(u)', 'jax.nn.sigmoid(i)', 'jax.nn.sigmoid(l)'].map((e) => [e, accepted] as const),
  ['jax.nn.relu(b)', 'bool stays bool, where JAX has int64'],
  ['u.sum()', 'there is no uint64'],
  ['u.prod()', 'there is no uint64'],
  ['jax.nn.softmax(u)', 'JAX subtracts the maximum in uint8 and overflows'],
]);

const flat = (x: unknown): unknown[] => (Array.isArray(x) ? x.flatMap(flat) : [x]);

/** Ours beside JAX's: null where they agree, narrow integers becoming the default float and not float32. */
function compare(expression: string, theirs: Recorded): string | null {
  if (theirs.error !== undefined) {
    try {
      return `is ${dtypeOf(expression)}, and JAX refuses it`;
    } catch {
      return null;
    }
  }
  let y;
  try {
    y = run(asked(expression)).outputs['y'];
  } catch (error) {
    return `is refused, and JAX has ${theirs.dtype}: ${String(error)}`;
  }
  const floats = /\b[fd]0?\b/.test(expression);
  const narrow = theirs.dtype === 'float32' && (!floats || expression.includes('/'));
  const dtypes = [theirs.dtype, ...(narrow ? ['float64'] : [])];
  if (!dtypes.includes(y.dtype)) return `is ${y.dtype}, and in JAX ${theirs.dtype}`;
  if (y.shape.join() !== theirs.shape?.join()) return `has shape (${y.shape.join()}), in JAX (${theirs.shape?.join()})`;
  const ours = Array.from(y.data as ArrayLike<number | bigint>, Number);
  const wrong = flat(theirs.data).some((x, i) => {
    const wanted = Number(x);
    return !Object.is(ours[i], wanted) && !(Math.abs(ours[i] - wanted) <= 1e-6 * (1 + Math.abs(wanted)));
  });
  return wrong ? `is ${ours.join()}, and in JAX ${flat(theirs.data).join()}` : null;
}

describe('as JAX', () => {
  const runs = Object.entries(recorded as Readonly<Record<string, Recorded>>);
  test(`${runs.length} expressions`, () => {
    const found = runs.flatMap(([e, theirs]) => {
      const difference = compare(e, theirs);
      return difference === null || differences.has(e) ? [] : [`${e} ${difference}`];
    });
    expect(found).toEqual([]);
  });

  test.each([...differences])('but for %s: %s', (expression) => {
    const theirs = (recorded as Readonly<Record<string, Recorded>>)[expression];
    expect(compare(expression, theirs)).not.toBeNull();
  });
});
