import { describe, expect, test } from 'vitest';
import { argmax } from '../../engine/ops/argmax.ts';
import { argmin } from '../../engine/ops/argmin.ts';
import { cumprod } from '../../engine/ops/cumprod.ts';
import { cumsum } from '../../engine/ops/cumsum.ts';
import { cumulative_argextremum } from '../../engine/ops/cumulative_argextremum.ts';
import { allTypes, checkOp, generator, randomShape, randomTensor } from './kernel.ts';
import { rounds, seedOr } from '../effort.ts';

const seed = seedOr(20261127);

describe(`scans and searches are the interpreter's (seed ${seed})`, () => {
  test('running sums and products', () => {
    const random = generator(seed);
    for (let i = 0; i < rounds(240); i++) {
      const rank = 1 + Math.floor(random() * 3);
      const x = randomTensor(allTypes[i % allTypes.length], randomShape(random, rank), random);
      const attrs = { axis: Math.floor(random() * rank), reverse: random() < 0.5 };
      expect(checkOp(cumsum, [x], attrs, { random })).toBe(true);
      expect(checkOp(cumprod, [x], attrs, { random })).toBe(true);
    }
    for (const dtype of ['uint8', 'float32', 'int64'] as const) {
      const x = randomTensor(dtype, [30, 200, 70], random);
      for (const axis of [0, 1, 2]) expect(checkOp(cumsum, [x], { axis, reverse: axis === 1 }, { random })).toBe(true);
    }
  });

  test('largest and smallest', () => {
    const random = generator(seed + 1);
    for (let i = 0; i < rounds(240); i++) {
      const rank = 1 + Math.floor(random() * 3);
      const shape = randomShape(random, rank);
      const axis = Math.floor(random() * rank);
      if (random() < 0.1) shape.fill(2)[axis] = Math.floor(random() * 9000);
      shape[axis] = Math.max(1, shape[axis]);
      const x = randomTensor(allTypes[i % allTypes.length], shape, random);
      for (const op of [argmax, argmin]) expect(checkOp(op, [x], { axis }, { random })).toBe(true);
    }
    // Bytes, and lines side by side, are enough work to be shared out; others take more.
    for (const dtype of ['uint8', 'float32', 'int64'] as const) {
      const x = randomTensor(dtype, [30, 200, 57], random);
      for (const axis of [0, 1, 2]) expect(checkOp(argmax, [x], { axis }, { random })).toBe(true);
    }
  });

  test('running extrema', () => {
    const random = generator(seed + 2);
    for (let i = 0; i < rounds(180); i++) {
      const rank = 1 + Math.floor(random() * 3);
      const x = randomTensor(allTypes[i % allTypes.length], randomShape(random, rank), random);
      for (const kind of ['max', 'min']) {
        const attrs = { axis: Math.floor(random() * rank), kind };
        expect(checkOp(cumulative_argextremum, [x], attrs, { random })).toBe(true);
      }
    }
    for (const dtype of ['uint8', 'float32', 'int64'] as const) {
      const x = randomTensor(dtype, [30, 180, 57], random);
      for (const axis of [0, 1, 2]) {
        expect(checkOp(cumulative_argextremum, [x], { axis, kind: 'max' }, { random })).toBe(true);
      }
    }
  });
});
