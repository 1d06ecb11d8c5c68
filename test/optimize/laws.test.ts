// The laws that ops declare: each makes its graph smaller, and its result is the interpreter's of the graph as it was written,
// bit for bit, at zeros of both signs, infinities, NaN, subnormal numbers and the ends of the integers.

import { describe, expect, test } from 'vitest';
import type { DType } from '../../engine/ir/aval.ts';
import { isFloat } from '../../engine/ir/aval.ts';
import type { Builder } from '../../engine/ir/builder.ts';
import { createBuilder } from '../../engine/ir/builder.ts';
import type { Value } from '../../engine/ir/graph.ts';
import type { Tensor } from '../../engine/ir/tensor.ts';
import { tensorOf } from '../../engine/ir/tensor.ts';
import { simplify } from '../../engine/optimize/simplify.ts';
import { interpret } from '../../engine/run/interpret.ts';
import { compile, testContext } from '../calculus/functions.ts';
import { createRandom } from '../calculus/random.ts';

const random = createRandom(20261203);
const drawn = Array.from({ length: 12 }, () => random.normal() * 10 ** random.integer(-3, 3));
const special: Readonly<Record<DType, readonly (number | bigint)[]>> = {
  float64: [0, -0, 1, -1, 0.5, -3, NaN, Infinity, -Infinity, 5e-324, -5e-324, 2.5e-308, 1.7e308, -1.7e308, ...drawn],
  float32: [0, -0, 1, -1, 0.5, -3, NaN, Infinity, -Infinity, 1e-45, -1e-45, 1.5e-38, 3.4e38, -3.4e38, ...drawn],
  int64: [0n, 1n, -1n, 7n, -(2n ** 63n), 2n ** 63n - 1n, 2n ** 53n + 1n, -200n, 200n],
  int32: [0, 1, -1, 7, -(2 ** 31), 2 ** 31 - 1, -200, 200],
  uint8: [0, 1, 7, 128, 200, 255],
  bool: [0, 1],
};

/** Every pair of special numbers, as the elements of two arrays. */
function pairs(dtype: DType): [Tensor, Tensor] {
  const list = special[dtype];
  const n = list.length;
  const first = list.flatMap((x) => list.map(() => x));
  const second = list.flatMap(() => list);
  return [tensorOf(dtype, [n, n], first), tensorOf(dtype, [n, n], second)];
}

type Law = (b: Builder, x: Value, y: Value) => Value;

/** What is left of a law's graph, as its ops; fails where that is another value. */
function left(law: Law, dtype: DType): string {
  const feeds = pairs(dtype);
  const inputs = feeds.map(({ shape }) => ({ dtype, shape }));
  const { graph } = compile({ inputs, body: (b, [x, y]) => [law(b, x, y)] });
  const simple = simplify(graph, () => createBuilder(testContext));
  const [want] = interpret(graph, feeds);
  const [got] = interpret(simple, feeds);
  expect({ dtype: got.dtype, shape: got.shape }).toEqual({ dtype: want.dtype, shape: want.shape });
  want.data.forEach((w: number | bigint, i: number) => {
    if (!Object.is(w, got.data[i])) {
      const [p, q] = feeds.map((t) => t.data[i % t.data.length]);
      expect.fail(`of ${p} and ${q}: ${got.data[i]}, and not ${w}`);
    }
  });
  return simple.nodes
    .map((node) => node.op.name)
    .filter((name) => name !== 'constant' && name !== 'broadcast_to')
    .join(' ');
}

const floats = ['float32', 'float64'] as const;
const integers = ['uint8', 'int32', 'int64'] as const;
const signed = ['int32', 'int64', ...floats] as const;
const numbers = [...integers, ...floats] as const;
const all = ['bool', ...numbers] as const;
const lowest = (dtype: DType) =>
  isFloat(dtype) ? -Infinity : dtype === 'int64' ? -(2n ** 63n) : dtype === 'int32' ? -(2n ** 31n) : 0n;
const highest = (dtype: DType) =>
  isFloat(dtype) ? Infinity : dtype === 'int64' ? 2n ** 63n - 1n : dtype === 'int32' ? 2n ** 31n - 1n : 255n;
const like = (b: Builder, x: Value, n: number | bigint | boolean): Value => b.fill(x.aval, n);
const one = (x: Value): number | bigint => (isFloat(x.aval.dtype) ? 1 : 1n);

/** Name, law, dtypes, what is left. */
const laws: readonly (readonly [string, Law, readonly DType[], string])[] = [
  ['x · 1', (b, x) => b.multiply(x, like(b, x, one(x))), numbers, ''],
  ['1 · x', (b, x) => b.multiply(like(b, x, one(x)), x), numbers, ''],
  ['x + (−0)', (b, x) => b.add(x, like(b, x, -0)), floats, ''],
  ['x + 0 of integers', (b, x) => b.add(like(b, x, 0n), x), integers, ''],
  ['x + 0 of floats makes 0 of −0', (b, x) => b.add(x, like(b, x, 0)), floats, 'add'],
  ['x − 0', (b, x) => b.subtract(x, like(b, x, isFloat(x.aval.dtype) ? 0 : 0n)), numbers, ''],
  ['x − (−0) makes 0 of −0', (b, x) => b.subtract(x, like(b, x, -0)), floats, 'subtract'],
  ['0 − x is no −x', (b, x) => b.subtract(like(b, x, 0), x), floats, 'subtract'],
  ['x / 1', (b, x) => b.divide(x, like(b, x, 1)), floats, ''],
  ['x / 8', (b, x) => b.divide(x, like(b, x, 8)), floats, 'multiply'],
  ['x / −2^100', (b, x) => b.divide(x, like(b, x, -(2 ** 100))), floats, 'multiply'],
  ['x / 2^-100', (b, x) => b.divide(x, like(b, x, 2 ** -100)), floats, 'multiply'],
  ['x / 3', (b, x) => b.divide(x, like(b, x, 3)), floats, 'divide'],
  ['x / 2^-130: the reciprocal is no float32', (b, x) => b.divide(x, like(b, x, 2 ** -130)), ['float32'], 'divide'],
  ['x · −1', (b, x) => b.multiply(x, like(b, x, isFloat(x.aval.dtype) ? -1 : -1n)), signed, 'negative'],
  ['−(−x)', (b, x) => b.negative(b.negative(x)), numbers, ''],
  ['x + (−y)', (b, x, y) => b.add(x, b.negative(y)), numbers, 'subtract'],
  ['(−x) + y', (b, x, y) => b.add(b.negative(x), y), numbers, 'subtract'],
  ['x − (−y)', (b, x, y) => b.subtract(x, b.negative(y)), numbers, 'add'],
  ['(−x) · (−y)', (b, x, y) => b.multiply(b.negative(x), b.negative(y)), numbers, 'multiply'],
  ['(−x) / (−y)', (b, x, y) => b.divide(b.negative(x), b.negative(y)), floats, 'divide'],
  ['(−x) · 3', (b, x) => b.multiply(b.negative(x), like(b, x, isFloat(x.aval.dtype) ? 3 : 3n)), signed, 'multiply'],
  ['(−x) · least', (b, x) => b.multiply(b.negative(x), like(b, x, lowest(x.aval.dtype))), signed, 'multiply'],
  ['−(x − y) is no y − x', (b, x, y) => b.negative(b.subtract(x, y)), numbers, 'subtract negative'],
  ['x²', (b, x) => b.square(x), numbers, 'multiply'],
  ['x ** 2', (b, x) => b.integer_pow(x, { y: 2 }), numbers, 'multiply'],
  ['x ** 1', (b, x) => b.integer_pow(x, { y: 1 }), numbers, ''],
  ['x ** 0', (b, x) => b.integer_pow(x, { y: 0 }), numbers, ''],
  ['x ** −1', (b, x) => b.integer_pow(x, { y: -1 }), floats, 'reciprocal'],
  ['x ** 3 rounds once', (b, x) => b.integer_pow(x, { y: 3 }), floats, 'integer_pow'],
  ['max(x, least)', (b, x) => b.maximum(x, like(b, x, lowest(x.aval.dtype))), numbers, ''],
  ['min(largest, x)', (b, x) => b.minimum(like(b, x, highest(x.aval.dtype)), x), numbers, ''],
  ['max(x, x)', (b, x) => b.maximum(x, x), all, ''],
  ['min(x, x)', (b, x) => b.minimum(x, x), all, ''],
  ['| |x| |', (b, x) => b.abs(b.abs(x)), all, 'abs'],
  ['|−x|', (b, x) => b.abs(b.negative(x)), signed, 'abs'],
  ['|−x| of what has no sign', (b, x) => b.abs(b.negative(x)), ['uint8'], 'negative abs'],
  ['cos −x', (b, x) => b.cos(b.negative(x)), floats, 'cos'],
  ['cosh −x', (b, x) => b.cosh(b.negative(x)), floats, 'cosh'],
  ['sin −x is another', (b, x) => b.sin(b.negative(x)), floats, 'negative sin'],
  ...(['floor', 'ceil', 'trunc', 'round', 'sign'] as const).map(
    (name) => [`${name} twice`, (b: Builder, x: Value) => b[name](b[name](x)), all, name] as const,
  ),
  ['not not', (b, x) => b.logical_not(b.logical_not(x)), ['bool'], ''],
  ['x and true', (b, x) => b.logical_and(x, like(b, x, true)), ['bool'], ''],
  ['false or x', (b, x) => b.logical_or(like(b, x, false), x), ['bool'], ''],
  ['x and x', (b, x) => b.logical_and(x, x), ['bool'], ''],
  ['~~x', (b, x) => b.bitwise_invert(b.bitwise_invert(x)), integers, ''],
  ['x & all bits', (b, x) => b.bitwise_and(x, like(b, x, x.aval.dtype === 'uint8' ? 255n : -1n)), integers, ''],
  ['x | 0', (b, x) => b.bitwise_or(x, like(b, x, 0n)), integers, ''],
  ['x ^ 0', (b, x) => b.bitwise_xor(x, like(b, x, 0n)), integers, ''],
  ['x << 0', (b, x) => b.bitwise_left_shift(x, like(b, x, 0n)), integers, ''],
  ['x >> 0', (b, x) => b.bitwise_right_shift(x, like(b, x, 0n)), integers, ''],
  ['where(true, x, y)', (b, x, y) => b.where(b.broadcast(b.lift(true), x.aval.shape), x, y), all, ''],
  ['where(false, x, y)', (b, x, y) => b.where(b.broadcast(b.lift(false), x.aval.shape), x, y), all, ''],
  ['where(c, x, x)', (b, x, y) => b.where(b.astype(y, { dtype: 'bool' }), x, x), all, ''],
  ['where(not c, x, y)', (b, x, y) => b.where(b.logical_not(b.equal(x, y)), x, y), all, 'equal where'],
  ['the sum of one', (b, x) => b.sum(b.expand_dims(x, { axis: 0 }), { axis: 0 }), floats, 'add'],
  ['the largest of one', (b, x) => b.max(b.expand_dims(x, { axis: 1 }), { axis: 1 }), all, ''],
  ['the product of one', (b, x) => b.prod(b.expand_dims(x, { axis: 2 }), { axis: 2 }), floats, ''],
  ['transposed twice', (b, x) => b.matrix_transpose(b.matrix_transpose(x)), all, ''],
  ['turned and turned back', (b, x) => b.flip(b.flip(x, { axis: [0, 1] }), { axis: [1, 0] }), all, ''],
  ['another shape and back', (b, x) => b.reshape(b.ravel(x), { shape: x.aval.shape }), all, ''],
  [
    'one view by two ways',
    (b, x) => b.equal(b.ravel(b.transpose(x)), b.ravel(b.permute_dims(x, { axes: [1, 0] }))),
    all,
    'permute_dims reshape equal',
  ],
  ['cut up and joined', (b, x) => b.concat(b.split(x, { indices_or_sections: [1, 3] }), { axis: 0 }), all, ''],
  [
    'joined and cut up',
    (b, x, y) =>
      b.slice(b.concat([x, y] as never, { axis: 0 }), {
        start: [x.aval.shape[0] + 1, 0],
        stop: [x.aval.shape[0] + 2, 1],
        step: null,
      }),
    all,
    'slice',
  ],
  [
    'the first of an order',
    (b, x) => b.slice(b.argsort(x, { axis: 1 }), { start: [0, 0], stop: [x.aval.shape[0], 2], step: null }),
    all,
    'argsort',
  ],
  [
    'the first of what is sorted',
    (b, x) => b.slice(b.sort(b.ravel(x)), { start: [0], stop: [3], step: null }),
    all,
    'reshape argsort gather',
  ],
  [
    'the last of an order is looked for among all',
    (b, x) => b.slice(b.argsort(x, { axis: 1 }), { start: [0, 1], stop: x.aval.shape, step: null }),
    all,
    'argsort slice',
  ],
  [
    'joined twice',
    (b, x, y) => b.concat([b.concat([x, y] as never, { axis: 1 }), x] as never, { axis: 1 }),
    all,
    'concat',
  ],
];

describe.each(laws)('%s', (_name, law, dtypes, rest) => {
  test.each(dtypes)('%s', (dtype) => {
    const found = left(law, dtype);
    expect(found).toBe(rest);
  });
});

describe('conversions by way of another dtype', () => {
  const dtypes = Object.keys(special) as DType[];
  test.each(dtypes)('from %s', (from) => {
    for (const by of dtypes) {
      for (const to of dtypes) {
        const ops = left((b, x) => b.astype(b.astype(x, { dtype: by }), { dtype: to }), from);
        expect(ops.split(' ').length, `${by} ${to}: ${ops}`).toBeLessThanOrEqual(2);
      }
    }
  });
  test.each<[DType, DType, DType, string]>([
    ['float32', 'float64', 'float32', ''],
    ['int32', 'float64', 'int32', ''],
    ['bool', 'float32', 'bool', ''],
    ['uint8', 'float32', 'int64', 'astype'],
    ['int32', 'float64', 'uint8', 'astype astype'],
    ['float64', 'float32', 'float64', 'astype astype'],
    ['int64', 'float64', 'int64', 'astype astype'],
  ])('%s to %s to %s', (from, by, to, rest) => {
    expect(left((b, x) => b.astype(b.astype(x, { dtype: by }), { dtype: to }), from)).toBe(rest);
  });
});
