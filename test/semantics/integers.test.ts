// Integers: they wrap, never divide by zero, and take floats that do not fit at their nearest bound.

import { describe, expect, test } from 'vitest';
import type { ComputeRequest, WireTensor } from '../../engine/index.ts';
import type { DType } from '../../engine/ir/aval.ts';
import { plain, refused, run } from '../engine/requests.ts';

const of = (dtype: DType, ...data: (number | string)[]): WireTensor => ({ dtype, data });
const asked = (y: string, inputs: Record<string, WireTensor>): ComputeRequest => ({
  program: `y = ${y}`,
  inputs,
  outputs: ['y'],
});
const value = (y: string, inputs: Record<string, WireTensor>): unknown => plain(run(asked(y, inputs)).outputs['y']);

describe('overflow wraps around, as in both references', () => {
  test.each<[string, Record<string, WireTensor>, unknown]>([
    ['n + 1', { n: of('int32', 2147483647) }, [-2147483648]],
    ['n - 1', { n: of('int32', -2147483648) }, [2147483647]],
    ['n * n', { n: of('int32', 65536, 50000) }, [0, -1794967296]],
    ['-n', { n: of('int32', -2147483648) }, [-2147483648]],
    ['jnp.abs(n)', { n: of('int32', -2147483648) }, [-2147483648]],
    ['n // m', { n: of('int32', -2147483648), m: of('int32', -1) }, [-2147483648]],
    ['n + 1', { n: of('int64', '9223372036854775807') }, [-9223372036854775808n]],
    ['n * n', { n: of('int64', '4294967296', '3037000500') }, [0n, -9223372036709301616n]],
    ['n ** 2', { n: of('int64', '4294967296') }, [0n]],
    ['2 ** n', { n: of('int32', 31, 40) }, [-2147483648, 0]],
    ['n << 31', { n: of('int32', 1) }, [-2147483648]],
    ['n - 1', { n: of('uint8', 0) }, [255]],
    ['-n', { n: of('uint8', 1) }, [255]],
    ['n * 2', { n: of('uint8', 200) }, [144]],
    ['~n', { n: of('uint8', 1) }, [254]],
    ['n + 300', { n: of('uint8', 1) }, [45]],
    ['n + 3000000000', { n: of('int32', 1) }, [-1294967295]],
    ['jnp.full_like(n, 300)', { n: of('uint8', 1) }, [44]],
    ['n.at[0].set(300)', { n: of('uint8', 1) }, [44]],
    ['jnp.maximum(n, -1)', { n: of('uint8', 1) }, [255]],
    ['jnp.dot(n, n)', { n: of('uint8', 20, 1) }, 145],
    ['jnp.cumsum(n)', { n: of('uint8', 200, 100) }, [200, 44]],
    ['jnp.cumprod(n)', { n: of('int32', 65536, 65536) }, [65536, 0]],
  ])('%s', (y, inputs, wanted) => {
    expect(value(y, inputs)).toEqual(wanted);
  });

  test('sums and products run in int64', () => {
    expect(value('n.sum()', { n: of('uint8', 200, 200) })).toBe(400n);
    expect(value('n.sum()', { n: of('int32', 2147483647, 1) })).toBe(2147483648n);
    expect(value('n.prod()', { n: of('int32', 65536, 65536) })).toBe(4294967296n);
    expect(value('n.sum()', { n: of('int64', '9007199254740993', 1) })).toBe(9007199254740994n);
    expect(value('n.mean()', { n: of('int32', 2147483647, 2147483647) })).toBe(2147483647);
  });
});

describe('division', () => {
  const [n, m] = [of('int32', -7, 7, -7, 7), of('int32', 2, 2, -2, -2)];
  test.each<[string, unknown]>([
    ['n // m', [-4, 3, 3, -4]],
    ['n % m', [1, 1, -1, -1]],
    ['trunc_divide(n, m)', [-3, 3, 3, -3]],
    ['jnp.fmod(n, m)', [-1, 1, -1, 1]],
    ['n / m', [-3.5, 3.5, 3.5, -3.5]],
    ['(n // m) * m + n % m - n', [0, 0, 0, 0]],
  ])('%s', (y, wanted) => {
    expect(value(y, { n, m })).toEqual(wanted);
  });

  test.each(['n // m', 'n % m', 'trunc_divide(n, m)', 'jnp.fmod(n, m)', 'n // 0', 'n % 0', 'divmod(n, 0)[0]'])(
    '%s by zero is an error with its place',
    (y) => {
      const error = refused(asked(y, { n: of('int32', 1, 1), m: of('int32', 1, 0) }));
      expect(error.code).toBe('E_INTEGER_DIVISION_BY_ZERO');
      expect(error.issues[0]).toMatchObject({ line: 1 });
    },
  );

  test('n / 0 divides as floats', () => {
    expect(value('n / 0', { n: of('int32', 1, -1, 0) })).toEqual([Infinity, -Infinity, NaN]);
  });

  test('floats divide under IEEE', () => {
    expect(value('x // 0', { x: [1.5, -1.5, 0] })).toEqual([Infinity, -Infinity, NaN]);
    expect(value('x % 0', { x: [1.5] })).toEqual([NaN]);
    expect(value('x % jnp.inf', { x: [1.5, -1.5] })).toEqual([1.5, Infinity]);
    expect(value('x // 0.1', { x: [1] })).toEqual([9]);
  });
});

describe('powers', () => {
  test.each(['n ** -1', 'n ** m', '2 ** m', 'jax.lax.integer_pow(n, -1)'])('%s is an error', (y) => {
    expect(refused(asked(y, { n: of('int32', 2), m: of('int32', -1) })).code).toBe('E_NEGATIVE_INTEGER_POWER');
  });
  test.each<[string, unknown]>([
    ['n ** 0', [1, 1, 1]],
    ['n ** 3', [0, 8, -27]],
    ['n ** -1.0', [Infinity, 0.5, -1 / 3]],
    ['0 ** n.clip(0, 2)', [1, 0, 1]],
  ])('%s', (y, wanted) => {
    expect(value(y, { n: of('int32', 0, 2, -3) })).toEqual(wanted);
  });
});

describe('conversion', () => {
  const x = [1e20, -1e20, 'NaN', 'Infinity', '-Infinity', -1.9, 1.9, -0];
  test.each<[DType, unknown]>([
    ['int32', [2147483647, -2147483648, 0, 2147483647, -2147483648, -1, 1, 0]],
    [
      'int64',
      [9223372036854775807n, -9223372036854775808n, 0n, 9223372036854775807n, -9223372036854775808n, -1n, 1n, 0n],
    ],
    ['uint8', [255, 0, 0, 255, 0, 0, 1, 0]],
    ['bool', [1, 1, 1, 1, 1, 1, 1, 0]],
  ])('of floats to %s truncates and saturates, NaN becomes 0', (dtype, wanted) => {
    expect(value(`x.astype(jnp.${dtype}_)`.replace(/_/, dtype === 'bool' ? '_' : ''), { x })).toEqual(wanted);
  });

  test('between integers wraps, to floats rounds to nearest', () => {
    expect(value('n.astype(jnp.uint8)', { n: of('int32', 300, -1) })).toEqual([44, 255]);
    expect(value('n.astype(jnp.int32)', { n: of('int64', '4294967297') })).toEqual([1]);
    expect(value('n.astype(jnp.float64)', { n: of('int64', '9007199254740993') })).toEqual([9007199254740992]);
    expect(value('n.astype(jnp.float32)', { n: of('int32', 16777217) })).toEqual([16777216]);
    expect(value('n.astype(jnp.bool_)', { n: of('int32', 0, -2) })).toEqual([0, 1]);
    expect(value('b.astype(jnp.int32)', { b: [true, false] })).toEqual([1, 0]);
  });

  test('to float32 overflows to infinity and keeps subnormals', () => {
    expect(value('x.astype(jnp.float32)', { x: [1e39, 1e-45, -0] })).toEqual([Infinity, Math.fround(1e-45), -0]);
  });
});

test('large int64 are compared and ordered exactly', () => {
  const n = of('int64', '9007199254740993', '9007199254740992');
  expect(value('n[0] == n[1]', { n })).toBe(0);
  expect(value('n.max()', { n })).toBe(9007199254740993n);
  expect(value('n.argmax()', { n })).toBe(0n);
  expect(value('jnp.sort(n)', { n })).toEqual([9007199254740992n, 9007199254740993n]);
});
