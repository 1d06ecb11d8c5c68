import { describe, expect, test } from 'vitest';
import type { Tensor } from '../../engine/ir/tensor.ts';
import { normalize_index } from '../../engine/ops/normalize_index.ts';
import { pool_argmax } from '../../engine/ops/pool_argmax.ts';
import { allTypes, checkOp, generator, prepareKernel, randomTensor } from './kernel.ts';
import { rounds, seedOr } from '../effort.ts';

const seed = seedOr(20261130);

describe(`windows and bounds are the interpreter's (seed ${seed})`, () => {
  test('the largest of each window', () => {
    const random = generator(seed);
    const upTo = (n: number): number => 1 + Math.floor(random() * n);
    let kernels = 0;
    for (let i = 0; i < rounds(400); i++) {
      const rank = upTo(3);
      const axes = Array.from({ length: rank }, () => {
        const [size, window, stride, dilation] = [upTo(rank === 1 ? 60 : 20), upTo(4), upTo(3), upTo(2)];
        const span = (window - 1) * dilation + 1;
        const low = Math.floor(random() * Math.min(span, 3));
        const high = Math.floor(random() * Math.min(span, 3));
        return { size, window, stride, dilation, low, counts: Math.floor((size + low + high - span) / stride) + 1 };
      });
      if (axes.some(({ counts }) => counts < 1)) continue;
      const x = randomTensor(allTypes[i % allTypes.length], [upTo(3), ...axes.map(({ size }) => size)], random);
      const names = ['window', 'stride', 'dilation', 'low', 'counts'] as const;
      const attrs = Object.fromEntries(names.map((name) => [name, axes.map((axis) => axis[name])]));
      // Between dilated taps a window may have nothing.
      if (checkOp(pool_argmax, [x], attrs, { random })) kernels++;
    }
    expect(kernels).toBeGreaterThan(250);
    for (const dtype of ['float32', 'float64'] as const) {
      const x = randomTensor(dtype, [20, 61, 63], random);
      for (const [window, stride, low, counts] of [
        [
          [2, 2],
          [2, 2],
          [0, 0],
          [30, 31],
        ],
        [
          [3, 3],
          [2, 2],
          [1, 1],
          [31, 32],
        ],
        [
          [3, 20],
          [1, 1],
          [1, 1],
          [61, 44],
        ],
      ]) {
        expect(checkOp(pool_argmax, [x], { window, stride, low, counts, dilation: [1, 1] }, { random })).toBe(true);
      }
    }
  });

  test('bounds', () => {
    const random = generator(seed + 1);
    for (const dtype of ['uint8', 'int32', 'int64'] as const) {
      for (let i = 0; i < 60; i++) {
        const index = randomTensor(dtype, [i], random);
        for (const mode of ['clip', 'wrap']) {
          const size = 1 + Math.floor(random() * (dtype === 'uint8' ? 200 : 3000));
          expect(checkOp(normalize_index, [index], { size, axis: 0, mode }, { random })).toBe(true);
        }
      }
    }
    const within: Tensor = { dtype: 'int64', shape: [4], data: BigInt64Array.of(0n, -3n, 2n, -1n) };
    expect(checkOp(normalize_index, [within], { size: 3, axis: 0, mode: 'error' })).toBe(true);
    for (const bad of [3n, -4n, 2n ** 63n - 1n, -(2n ** 63n)]) {
      const index: Tensor = { dtype: 'int64', shape: [2], data: BigInt64Array.of(1n, bad) };
      const kernel = prepareKernel({ kind: 'normalize_index', size: 3, mode: 'error' }, [index], [index])!;
      expect(kernel.run).toThrow(WebAssembly.RuntimeError);
    }
    const empty = prepareKernel({ kind: 'normalize_index', size: 0, mode: 'clip' }, [within], [within])!;
    expect(empty.run).toThrow(WebAssembly.RuntimeError);
  });
});
