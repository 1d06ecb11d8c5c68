import { describe, expect, test } from 'vitest';
import type { Tensor } from '../../engine/ir/tensor.ts';
import { sizeOf } from '../../engine/ir/aval.ts';
import { gather } from '../../engine/ops/gather.ts';
import { last_writer } from '../../engine/ops/last_writer.ts';
import { scatter_add_along } from '../../engine/ops/scatter_add_along.ts';
import { scatter_extremum } from '../../engine/ops/scatter_extremum.ts';
import { allTypes, checkOp, generator, randomShape, randomTensor } from './kernel.ts';
import { rounds, seedOr } from '../effort.ts';

const seed = seedOr(20261126);

const indices = (shape: readonly number[], size: number, random: () => number): Tensor => ({
  dtype: 'int64',
  shape,
  data: BigInt64Array.from({ length: sizeOf(shape) }, () => BigInt(Math.floor(random() * size))),
});

/** Operands of a gather along some axis, with some paired axes. */
function operands(
  dtype: Tensor['dtype'],
  random: () => number,
): { x: Tensor; index: Tensor; attrs: { axis: number; batch: number }; picked: number[] } {
  const rank = 1 + Math.floor(random() * 4);
  const shape = randomShape(random, rank, 8);
  const axis = Math.floor(random() * rank);
  const batch = Math.floor(random() * (axis + 1));
  const rest = randomShape(random, Math.floor(random() * 3), 12).map((d) => (shape[axis] === 0 ? 0 : d));
  if (shape[axis] === 0 && rest.length === 0) rest.push(0);
  return {
    x: randomTensor(dtype, shape, random),
    index: indices([...shape.slice(0, batch), ...rest], shape[axis], random),
    attrs: { axis, batch },
    picked: [...shape.slice(0, axis), ...rest, ...shape.slice(axis + 1)],
  };
}

describe(`gathers and scatters are the interpreter's (seed ${seed})`, () => {
  test('gather', () => {
    const random = generator(seed);
    for (let i = 0; i < rounds(300); i++) {
      const { x, index, attrs } = operands(allTypes[i % allTypes.length], random);
      expect(checkOp(gather, [x, index], attrs, { random })).toBe(true);
    }
  });

  test('scatters', () => {
    const random = generator(seed + 1);
    for (let i = 0; i < rounds(400); i++) {
      const dtype = allTypes[i % allTypes.length];
      const { x, index, attrs, picked } = operands(dtype, random);
      const y = randomTensor(dtype, picked, random);
      expect(checkOp(scatter_add_along, [x, index, y], attrs, { random })).toBe(dtype !== 'bool');
      for (const kind of ['max', 'min'])
        expect(checkOp(scatter_extremum, [x, index, y], { ...attrs, kind }, { random })).toBe(true);
    }
  });

  test('large ones, in pieces', () => {
    const random = generator(seed + 2);
    for (const [shape, axis, batch, rest] of [
      [[20_000], 0, 0, [70_000]],
      [[200, 211], 0, 0, [400]],
      [[300, 30, 7], 1, 1, [50]],
      [[30, 60, 33], 1, 0, [90]],
    ] as [number[], number, number, number[]][]) {
      for (const dtype of ['uint8', 'int64', 'float32'] as const) {
        const x = randomTensor(dtype, shape, random);
        const index = indices([...shape.slice(0, batch), ...rest], shape[axis], random);
        const y = randomTensor(dtype, [...shape.slice(0, axis), ...rest, ...shape.slice(axis + 1)], random);
        expect(checkOp(gather, [x, index], { axis, batch }, { random })).toBe(true);
        expect(checkOp(scatter_add_along, [x, index, y], { axis, batch }, { random })).toBe(true);
        expect(checkOp(scatter_extremum, [x, index, y], { axis, batch, kind: 'max' }, { random })).toBe(true);
      }
    }
  });

  test('last writers', () => {
    const random = generator(seed + 3);
    for (let i = 0; i < rounds(100); i++) {
      const size = Math.floor(random() * 30);
      const shape = randomShape(random, 1 + Math.floor(random() * 2));
      if (size === 0) shape[shape.length - 1] = 0;
      expect(checkOp(last_writer, [indices(shape, size, random)], { size }, { random })).toBe(true);
    }
    expect(checkOp(last_writer, [indices([30, 4000], 900, random)], { size: 900 }, { random })).toBe(true);
  });
});
