import { describe, expect, test } from 'vitest';
import { concat } from '../../engine/ops/concat.ts';
import { flip } from '../../engine/ops/flip.ts';
import { permute_dims } from '../../engine/ops/permute_dims.ts';
import { zero_pad } from '../../engine/ops/zero_pad.ts';
import { wholeView } from '../../engine/ir/view.ts';
import type { Tensor } from '../../engine/ir/tensor.ts';
import type { Attrs, Op } from '../../engine/op.ts';
import type { Aval } from '../../engine/ir/aval.ts';
import { allTypes, checkOp, firstDifference, generator, prepareKernel, randomShape, randomTensor } from './kernel.ts';
import { rounds, seedOr } from '../effort.ts';

const seed = seedOr(20261125);

/** A view of an operand copied to memory of its own. */
function checkView(op: Op, x: Tensor, attrs: Attrs, random: () => number): void {
  const y = op.primitive!.infer([x], attrs) as Aval;
  const view = op.primitive!.view!(wholeView(x.shape), attrs, y)!;
  const prepared = prepareKernel({ kind: 'copy' }, [x], [y], { view, random })!;
  prepared.run();
  const wanted = op.primitive!.eval([x], attrs, [y]) as Tensor;
  const difference = firstDifference(prepared.outputs()[0].data, wanted.data);
  if (difference !== null)
    throw new Error(`${op.name} of ${x.dtype}[${x.shape.join()}] ${JSON.stringify(attrs)}: ${difference}`);
}

const shuffled = (n: number, random: () => number): number[] =>
  Array.from({ length: n }, (_, i) => ({ i, by: random() }))
    .sort((p, q) => p.by - q.by)
    .map(({ i }) => i);

describe(`copies are the interpreter's (seed ${seed})`, () => {
  test('permutations and reversals, as views', () => {
    const random = generator(seed);
    for (let i = 0; i < rounds(300); i++) {
      const dtype = allTypes[i % allTypes.length];
      const rank = 1 + Math.floor(random() * 4);
      const x = randomTensor(dtype, randomShape(random, rank), random);
      checkView(permute_dims, x, { axes: shuffled(rank, random) }, random);
      checkView(flip, x, { axis: shuffled(rank, random).slice(0, 1 + Math.floor(random() * rank)) }, random);
    }
  });

  test('large ones, in pieces', () => {
    const random = generator(seed + 1);
    for (const dtype of allTypes) {
      // Above some 800 KB work is shared out.
      const [a, b, c] = dtype === 'float32' || dtype === 'int64' ? [3, 260, 301] : [3, 61, 45];
      const x = randomTensor(dtype, [a, b, c], random);
      for (const axes of [
        [0, 2, 1],
        [2, 0, 1],
        [1, 0, 2],
        [2, 1, 0],
      ])
        checkView(permute_dims, x, { axes }, random);
      checkView(permute_dims, { ...x, shape: [b, a * c] }, { axes: [1, 0] }, random);
      checkView(flip, x, { axis: [0, 1, 2] }, random);
    }
  });

  test('concatenations', () => {
    const random = generator(seed + 2);
    for (let i = 0; i < rounds(200); i++) {
      const dtype = allTypes[i % allTypes.length];
      const rank = 1 + Math.floor(random() * 3);
      const shape = randomShape(random, rank);
      const axis = Math.floor(random() * rank);
      const sizes = Array.from({ length: 1 + Math.floor(random() * 4) }, () => Math.floor(random() * 20));
      const xs = sizes.map((n) =>
        randomTensor(
          dtype,
          shape.map((d, k) => (k === axis ? n : d)),
          random,
        ),
      );
      expect(checkOp(concat, xs, { axis }, { random })).toBe(true);
    }
    const large = [200_000, 5, 90_001].map((n) => randomTensor('float64', [n, 2], random));
    expect(checkOp(concat, large, { axis: 0 }, { random })).toBe(true);
  });

  test('zeros around and between', () => {
    const random = generator(seed + 3);
    for (let i = 0; i < rounds(200); i++) {
      const dtype = allTypes[i % allTypes.length];
      const shape = randomShape(random, 1 + Math.floor(random() * 3));
      const some = (most: number): number[] => shape.map(() => Math.floor(random() * most));
      const x = randomTensor(dtype, shape, random);
      expect(checkOp(zero_pad, [x], { low: some(4), high: some(4), interior: some(3) }, { random })).toBe(true);
    }
  });
});
