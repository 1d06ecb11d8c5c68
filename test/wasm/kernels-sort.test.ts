import { describe, expect, test } from 'vitest';
import { argsort } from '../../engine/ops/argsort.ts';
import { allTypes, checkOp, generator, randomShape, randomTensor } from './kernel.ts';
import { rounds, seedOr, sizes } from '../effort.ts';

const seed = seedOr(20261128);

describe(`sorting is the interpreter's (seed ${seed})`, () => {
  test('short lines along any axis', () => {
    const random = generator(seed);
    for (let i = 0; i < rounds(300); i++) {
      const rank = 1 + Math.floor(random() * 3);
      const x = randomTensor(allTypes[i % allTypes.length], randomShape(random, rank), random);
      const attrs = { axis: Math.floor(random() * rank), descending: random() < 0.5 };
      expect(checkOp(argsort, [x], attrs, { random })).toBe(true);
    }
  });

  test('lines of all lengths', () => {
    const random = generator(seed + 1);
    for (let i = 0; i < rounds(180); i++) {
      const n = Math.floor(sizes(1) * 2 ** (random() * 11));
      const x = randomTensor(allTypes[i % allTypes.length], [n], random);
      expect(checkOp(argsort, [x], { axis: 0, descending: random() < 0.5 }, { random })).toBe(true);
    }
    for (let i = 0; i < rounds(90); i++) {
      const n = Math.floor(sizes(1) * 2 ** (8 + random() * 5));
      const x = randomTensor(allTypes[i % allTypes.length], i % 2 === 0 ? [n] : [2, n >> 2, 2], random);
      const axis = i % 2;
      const first = 1 + Math.floor(random() ** 3 * x.shape[axis]);
      expect(checkOp(argsort, [x], { axis, descending: random() < 0.5, first }, { random })).toBe(true);
    }
    for (const dtype of allTypes) {
      for (const shape of [[12_345], [3, 1000, 2]]) {
        const x = randomTensor(dtype, shape, random);
        expect(checkOp(argsort, [x], { axis: shape.length >> 1, descending: dtype === 'float64' }, { random })).toBe(
          true,
        );
      }
    }
  });
});
