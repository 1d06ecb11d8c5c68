// Integers in compiled code are the interpreter's: division, remainders and powers with data, contractions, mistakes included.

import { describe, expect, test } from 'vitest';
import type { DType } from '../../engine/ir/aval.ts';
import type { Tensor } from '../../engine/ir/tensor.ts';
import { tensorOf } from '../../engine/ir/tensor.ts';
import { createMachine } from '../../engine/run/machine.ts';
import type { Body } from '../calculus/functions.ts';
import { compile } from '../calculus/functions.ts';
import { createRandom } from '../calculus/random.ts';
import { avalOf, drawTensor } from '../calculus/tensors.ts';
import { context, refused } from '../engine/requests.ts';
import { bothWays } from './compiled.ts';

const random = createRandom(20261204);
const ends: Readonly<Record<string, readonly (number | bigint)[]>> = {
  uint8: [0, 1, 2, 7, 128, 254, 255],
  int32: [0, 1, -1, 2, -2, 7, -7, 2 ** 31 - 1, -(2 ** 31), -(2 ** 31) + 1],
  int64: [0n, 1n, -1n, 3n, -3n, 2n ** 31n, -(2n ** 31n), 2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n],
};
const integers = ['uint8', 'int32', 'int64'] as const;

function check(feeds: readonly Tensor[], body: Body): string {
  const { want, got, steps } = bothWays(compile({ inputs: feeds.map(avalOf), body }).graph, feeds);
  want.forEach(({ dtype, data }, i) => {
    expect(got[i].dtype).toBe(dtype);
    expect(Array.from(got[i].data, String), steps).toEqual(Array.from(data, String));
  });
  return steps;
}

describe.each(integers)('%s', (dtype) => {
  const list = ends[dtype];
  const low = dtype === 'uint8' ? 0 : -300;
  const high = dtype === 'uint8' ? 255 : 300;
  /** Pairs of ends, then small ones drawn: as many as fill no whole number of vectors. */
  const pairs = (keep: (x: number | bigint, y: number | bigint) => boolean): [Tensor, Tensor] => {
    const all = list.flatMap((x) => list.map((y) => [x, y] as const));
    while (all.length < 203) {
      const [x, y] = [random.integer(low, high), random.integer(low, high)];
      all.push(dtype === 'int64' ? [BigInt(x), BigInt(y)] : [x, y]);
    }
    const kept = all.filter(([x, y]) => keep(x, y));
    const column = (k: 0 | 1): Tensor =>
      tensorOf(
        dtype,
        [kept.length],
        kept.map((pair) => pair[k]),
      );
    return [column(0), column(1)];
  };

  test.each(['floor_divide', 'trunc_divide', 'remainder', 'fmod'] as const)('%s', (name) => {
    const steps = check(
      pairs((_x, y) => Number(y) !== 0),
      (b, [x, y]) => [b[name](x, y)],
    );
    expect(steps).not.toContain('host');
  });
  test('powers', () => {
    const steps = check(
      pairs((_x, y) => Number(y) >= 0 && Number(y) < 2 ** 40),
      (b, [x, y]) => [b.pow(x, y)],
    );
    expect(steps).not.toContain('host');
  });
  test('along rows, backwards, and of one number', () => {
    const draw = (shape: readonly number[]) => drawTensor(random, { dtype, shape }, [1, high]);
    check([draw([5, 7]), draw([7]), draw([5, 1])], (b, [x, y, z]) => [
      b.floor_divide(x, y),
      b.remainder(b.flip(x, { axis: 1 }), z),
      b.sum(b.fmod(x, y), { axis: 0, dtype }),
      b.floor_divide(x, b.sum(x, { axis: 1, keepdims: true, dtype: 'int64' })),
      b.remainder(b.max(x), b.min(y)),
    ]);
  });
});

describe.each(['bool', ...integers] as const)('contractions of %s', (dtype: DType) => {
  const draw = (...shape: number[]) =>
    drawTensor(random, { dtype, shape }, dtype === 'bool' ? [0, 1] : dtype === 'uint8' ? [0, 255] : [-9e8, 9e8]);
  const cases: readonly (readonly [string, readonly Tensor[], Body])[] = [
    ['matrices', [draw(5, 7), draw(7, 9)], (b, [x, y]) => [b.matmul(x, y)]],
    ['larger ones', [draw(33, 70), draw(70, 41)], (b, [x, y]) => [b.matmul(x, y)]],
    ['turned ones', [draw(7, 5), draw(9, 7)], (b, [x, y]) => [b.matmul(b.matrix_transpose(x), b.matrix_transpose(y))]],
    [
      'backwards',
      [draw(6, 19), draw(19, 21)],
      (b, [x, y]) => [
        b.matmul(b.flip(x, { axis: 0 }), b.flip(y, { axis: 0 })),
        b.matmul(b.flip(x, { axis: 1 }), b.flip(y, { axis: 1 })),
      ],
    ],
    ['vectors', [draw(17), draw(17)], (b, [x, y]) => [b.matmul(x, y)]],
    [
      'a matrix and a vector',
      [draw(6, 11), draw(11)],
      (b, [x, y]) => [b.matmul(x, y), b.matmul(y, b.matrix_transpose(x))],
    ],
    ['batches', [draw(3, 4, 5), draw(3, 5, 6)], (b, [x, y]) => [b.matmul(x, y)]],
    ['batches of one side', [draw(2, 3, 9, 5), draw(3, 5, 17)], (b, [x, y]) => [b.matmul(x, y)]],
    ['several axes', [draw(3, 4, 5), draw(4, 5, 2)], (b, [x, y]) => [b.tensordot(x, y, { axes: 2 })]],
    ['nothing summed', [draw(3), draw(4)], (b, [x, y]) => [b.outer(x, y)]],
    ['nothing there', [draw(3, 0), draw(0, 4)], (b, [x, y]) => [b.matmul(x, y)]],
    [
      'what fuses',
      [draw(4, 6), draw(6, 5)],
      (b, [x, y]) => [b.sum(b.add(b.matmul(x, y), b.matmul(x, y)), { axis: 0, dtype })],
    ],
  ];
  test.each(cases)('%s', (name, feeds, body) => {
    const steps = check(feeds, body);
    if (name !== 'nothing there') expect(steps).not.toContain('host');
  });
});

describe('mistakes are told as the interpreter tells them', () => {
  const machine = createMachine({ wide: false, fma: true });
  const data = Array.from({ length: 1000 }, (_, i) => 1000 - i);
  const cases = [
    ['y = x // (x - 5)', 'E_INTEGER_DIVISION_BY_ZERO'],
    ['y = x % (x - 5)', 'E_INTEGER_DIVISION_BY_ZERO'],
    ['y = jnp.fmod(x, x - 5)', 'E_INTEGER_DIVISION_BY_ZERO'],
    ['y = x ** (x - 5)', 'E_NEGATIVE_INTEGER_POWER'],
  ] as const;
  test.each(cases)('%s', (program, code) => {
    const x = { dtype: 'int64', data } as const;
    const request = { program, inputs: { x } };
    const error = refused(request, { ...context, machine });
    expect(error.code).toBe(code);
    expect(error.message).toBe(refused(request).message);
  });
  test('what lies behind an array is no divisor', () => {
    // Lengths around those of a loop's step; behind them lie zeros.
    for (let n = 1; n < 40; n++) {
      const x = tensorOf(
        'int32',
        [n],
        Array.from({ length: n }, (_, i) => i - 5),
      );
      check([x], (b, [v]) => [b.floor_divide(v, b.add(b.multiply(v, v), 1))]);
    }
  });
});
