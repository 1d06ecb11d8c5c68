// What random programs have once found compiled code, or the interpreter, to get wrong: each as small as it could be made.

import { expect, test } from 'vitest';
import type { Tensor } from '../../engine/ir/tensor.ts';
import { tensorOf } from '../../engine/ir/tensor.ts';
import type { Body } from '../calculus/functions.ts';
import { compile } from '../calculus/functions.ts';
import { avalOf } from '../calculus/tensors.ts';
import { callOf } from '../random/program-parts.ts';
import { bothWays } from './compiled.ts';

const bools = (...values: number[]): Tensor => tensorOf('bool', [values.length], values);
const bytes = (...values: number[]): Tensor => tensorOf('uint8', [values.length], values);

const cases: readonly (readonly [string, readonly Tensor[], Body, readonly (readonly number[])[]])[] = [
  [
    'a sum or product of bool in bool is "or" or "and"',
    [bools(1, 1, 0, 1)],
    (b, [x]) => [b.sum(x, { dtype: 'bool' }), b.prod(x, { dtype: 'bool' })],
    [[1], [0]],
  ],
  [
    'a product of bool is true over any number of what is true',
    [bools(1, 1, 1, 1, 1, 1, 1)],
    (b, [x]) => [b.prod(x, { dtype: 'bool' }), b.sum(b.logical_not(x), { dtype: 'bool' })],
    [[1], [0]],
  ],
  [
    'a sum or product of bytes in bytes wraps',
    [bytes(200, 100, 3)],
    (b, [x]) => [b.sum(x, { dtype: 'uint8' }), b.prod(x, { dtype: 'uint8' })],
    [[47], [96]],
  ],
  [
    'sums of columns of bytes wrap',
    [tensorOf('uint8', [3, 2], [200, 1, 100, 255, 3, 255])],
    (b, [x]) => [b.sum(x, { axis: 0, dtype: 'uint8' })],
    [[47, 255]],
  ],
  [
    'bool added to bool at an index is "or"',
    [bools(1, 0, 0), tensorOf('int64', [3], [0, 0, 2])],
    (b, [x, i]) => [b.astype(b.scatter_add_along(x, i, b.ones({ shape: [3], dtype: 'bool' })), { dtype: 'int32' })],
    [[1, 0, 1]],
  ],
  [
    'a turn of a loop writes nothing over what it sees outside',
    [tensorOf('float32', [0], []), tensorOf('float32', [0], [])],
    (b, [x, y]) =>
      callOf(b, 'scan', { body: (inner, [carry]) => [inner.multiply(carry, y)], init: [x], xs: [], length: 2 }),
    [[]],
  ],
];

test('more arrays are joined than a function has parameters', () => {
  const feeds = [tensorOf('float64', [1], [3])];
  const body: Body = (b, [x]) => [b.concat(Array.from({ length: 1100 }, (_, i) => b.multiply(x, i)))];
  const { want, got } = bothWays(compile({ inputs: feeds.map(avalOf), body }).graph, feeds);
  expect(got).toEqual(want);
});

test('a product keeps to its scratch: constants stand where they were', () => {
  const [n, k] = [257, 257];
  const whole = (shape: readonly number[], most: number): Tensor =>
    tensorOf(
      'float64',
      shape,
      Array.from({ length: shape.reduce((size, d) => size * d, 1) }, (_, i) => (i % most) - 3),
    );
  const feeds = [whole([k, n], 7), whole([k], 5)];
  const body: Body = (b, [x, y]) => {
    const z = b.dot_general(x, y, { contract: [[0], [0]], batch: [[], []] });
    return [b.multiply(z, 3), b.zeros({ shape: [65], dtype: 'float64' })];
  };
  const { want, got } = bothWays(compile({ inputs: feeds.map(avalOf), body }).graph, feeds);
  expect(got).toEqual(want);
});

test.each(cases)('%s', (_title, feeds, body, values) => {
  const { want, got } = bothWays(compile({ inputs: feeds.map(avalOf), body }).graph, feeds);
  expect(want.map((y) => Array.from(y.data, Number))).toEqual(values);
  expect(got.map((y) => Array.from(y.data, Number))).toEqual(values);
});
