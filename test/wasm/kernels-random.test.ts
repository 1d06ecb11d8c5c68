import { describe, expect, test } from 'vitest';
import type { Tensor } from '../../engine/ir/tensor.ts';
import { sizeOf } from '../../engine/ir/aval.ts';
import { random_fold_in } from '../../engine/ops/random.fold_in.ts';
import { random_key } from '../../engine/ops/random.key.ts';
import { random_randint } from '../../engine/ops/random.randint.ts';
import { random_split } from '../../engine/ops/random.split.ts';
import { threefry_bits } from '../../engine/ops/threefry_bits.ts';
import { threefry_draw } from '../../engine/ops/threefry_draw.ts';
import { checkOp, generator, randomTensor } from './kernel.ts';
import { rounds, seedOr } from '../effort.ts';

const seed = seedOr(20261129);

const keysOf = (lead: readonly number[], random: () => number): Tensor => ({
  dtype: 'int64',
  shape: [...lead, 2],
  data: BigInt64Array.from({ length: 2 * sizeOf(lead) }, () => BigInt(Math.floor(random() * 2 ** 32))),
});

const distributions = ['uniform', 'normal', 'exponential', 'gumbel', 'laplace', 'logistic'];
const leads = [[], [3], [17], [2, 0], [20, 3]];

describe(`random draws are the interpreter's (seed ${seed})`, () => {
  test('bits', () => {
    const random = generator(seed);
    for (const lead of leads) {
      for (const shape of [[], [1], [7], [8], [33], [3, 5], [0]]) {
        const key = keysOf(lead, random);
        for (const width of [32, 64]) expect(checkOp(threefry_bits, [key], { shape, width }, { random })).toBe(true);
      }
    }
    const key = keysOf([], random);
    for (const width of [32, 64]) {
      expect(checkOp(threefry_bits, [key], { shape: [100_003], width }, { random })).toBe(true);
    }
  });

  test('distributions', () => {
    const random = generator(seed + 1);
    for (const distribution of distributions) {
      for (const dtype of ['float32', 'float64']) {
        for (const [lead, n] of [
          [[], dtype === 'float32' ? 70_003 : 20_001],
          [[3], 21],
          [[40], 5],
          [[], 0],
        ] as const) {
          const attrs = { distribution, dtype, shape: [n] };
          expect(checkOp(threefry_draw, [keysOf(lead, random)], attrs, { random })).toBe(true);
        }
        // Without fused multiplication there is the uniform distribution alone.
        const attrs = { distribution, dtype, shape: [9] };
        const unfused = checkOp(threefry_draw, [keysOf([], random)], attrs, { fused: false });
        expect(unfused).toBe(distribution === 'uniform');
      }
    }
  });

  test('keys', () => {
    const random = generator(seed + 2);
    for (const lead of leads) {
      const key = keysOf(lead, random);
      expect(checkOp(random_fold_in, [key, randomTensor('int64', lead, random)], {})).toBe(true);
      for (const num of [[2], [0], [3, 4]]) expect(checkOp(random_split, [key], { num })).toBe(true);
      for (const dtype of ['uint8', 'int32', 'int64'] as const) {
        expect(checkOp(random_key, [randomTensor(dtype, lead, random)], {})).toBe(true);
      }
    }
  });

  test('integers', () => {
    const random = generator(seed + 3);
    for (let i = 0; i < rounds(200); i++) {
      const lead = leads[i % leads.length];
      const shape = i === 0 ? [5000] : [Math.floor(random() * 40)];
      const bounds = [0, 1].map(() => randomTensor('int64', [...lead, ...shape], random));
      for (const dtype of ['uint8', 'int32', 'int64']) {
        expect(checkOp(random_randint, [keysOf(lead, random), ...bounds], { shape, dtype }, { random })).toBe(true);
      }
    }
  });
});
