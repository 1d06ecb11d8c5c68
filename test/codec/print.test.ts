// Decimals out: the text that JavaScript gives, number by number. COTANGENT_SEED picks others.

import { describe, expect, test } from 'vitest';
import { printLists } from '../../engine/codec/codec.ts';
import type { DType } from '../../engine/ir/aval.ts';
import { itemBytes } from '../../engine/ir/aval.ts';
import type { TensorData } from '../../engine/ir/tensor.ts';
import { createRandom } from '../calculus/random.ts';
import { hardDecimals, printedLists, randomDecimal } from './decimals.ts';
import { rounds, seed } from '../effort.ts';

const ascii = new TextDecoder();

function print(dtype: DType, shape: readonly number[], data: TensorData): string {
  let text = '';
  printLists(dtype, shape, data, (piece) => (text += ascii.decode(piece)));
  return text;
}

/** Complains of the first element that differs. */
function expectAsPrinted(dtype: DType, data: TensorData, shape: readonly number[] = [data.length]): void {
  const [got, wanted] = [print(dtype, shape, data), printedLists(dtype, shape, data)];
  if (got === wanted) return;
  const [mine, theirs] = [got.split(','), wanted.split(',')];
  const at = theirs.findIndex((text, i) => text !== mine[i]);
  expect.fail(`element ${at} of ${dtype}: ${mine[at]}, and it should be ${theirs[at]}`);
}

const views: Record<DType, (buffer: ArrayBuffer) => TensorData> = {
  float64: (buffer) => new Float64Array(buffer),
  float32: (buffer) => new Float32Array(buffer),
  int64: (buffer) => new BigInt64Array(buffer),
  int32: (buffer) => new Int32Array(buffer),
  uint8: (buffer) => new Uint8Array(buffer),
  bool: (buffer) => new Uint8Array(buffer).map((x) => x & 1),
};
const dtypes = Object.keys(views) as DType[];

describe(`elements, seed ${seed}`, () => {
  test.each(dtypes)('random bits as %s', (dtype) => {
    const random = createRandom(`${seed}/${dtype}`);
    const count = { float64: 200_000, float32: 20_000 }[dtype as string] ?? 20_000;
    for (let i = 0; i < rounds(1); i++) {
      const words = Uint32Array.from({ length: Math.ceil((count * itemBytes(dtype)) / 4) }, () =>
        random.integer(0, 2 ** 32 - 1),
      );
      expectAsPrinted(dtype, views[dtype](words.buffer));
    }
  });

  test('decimals of all sorts as float64 and float32', () => {
    const random = createRandom(`${seed}/sorts`);
    const numbers = [...hardDecimals(), ...Array.from({ length: rounds(15_000) }, () => randomDecimal(random))].map(
      Number,
    );
    expectAsPrinted('float64', Float64Array.from(numbers));
    expectAsPrinted('float32', Float32Array.from(numbers));
  });

  test('neighbours of every power of two and ten', () => {
    const powers = [
      ...Array.from({ length: 2098 }, (_, i) => 2 ** (i - 1074)),
      ...Array.from({ length: 632 }, (_, i) => Number(`1e${i - 323}`)),
    ];
    const doubles = new BigInt64Array(Float64Array.from(powers).buffer);
    const singles = new Int32Array(Float32Array.from(powers).buffer);
    const near = [-2, -1, 0, 1, 2];
    const double = BigInt64Array.from(Array.from(doubles).flatMap((x) => near.map((d) => x + BigInt(d))));
    const single = Int32Array.from(Array.from(singles).flatMap((x) => near.map((d) => x + d)));
    expectAsPrinted('float64', new Float64Array(double.buffer));
    expectAsPrinted('float32', new Float32Array(single.buffer));
  });

  test('small whole numbers', () => {
    const small = Array.from({ length: 2403 }, (_, i) => i - 1201);
    for (const dtype of ['float64', 'float32', 'int32'] as const) {
      const data = dtype === 'float64' ? Float64Array : dtype === 'float32' ? Float32Array : Int32Array;
      expectAsPrinted(dtype, data.from(small));
    }
    expectAsPrinted('int64', BigInt64Array.from(small, BigInt));
    expectAsPrinted(
      'uint8',
      Uint8Array.from({ length: 256 }, (_, i) => i),
    );
  });
  test('whole numbers around powers of ten', () => {
    const around = Array.from({ length: 19 }, (_, i) => 10n ** BigInt(i)).flatMap((p) => [
      p - 1n,
      p,
      p + 1n,
      -p,
      1n - p,
    ]);
    const ends = [2n ** 53n, 2n ** 53n + 1n, -(2n ** 53n), -(2n ** 53n) - 1n, 2n ** 63n - 1n, -(2n ** 63n)];
    expectAsPrinted('int64', BigInt64Array.from([...around, ...ends]));
    expectAsPrinted(
      'int32',
      Int32Array.from([...around.map((x) => Number(BigInt.asIntN(32, x))), -(2 ** 31), 2 ** 31 - 1]),
    );
    expectAsPrinted(
      'uint8',
      Uint8Array.from({ length: 256 }, (_, i) => i),
    );
  });
});

describe('lists', () => {
  test.each([[[1]], [[2, 3]], [[3, 1, 2]], [[1, 1, 5]], [[2, 2, 2, 2]], [[7, 1]], [[4, 5, 1, 1]]])(
    'of shape %j',
    (shape) => {
      const size = shape.reduce((n, d) => n * d, 1);
      for (const dtype of dtypes) expectAsPrinted(dtype, views[dtype](new ArrayBuffer(size * itemBytes(dtype))), shape);
    },
  );

  test('of 64 axes, and longer than the window', () => {
    const deep = Array.from({ length: 64 }, (_, i) => (i === 30 ? 100 : i === 63 ? 50 : 1));
    const widest = Float64Array.from({ length: 5000 }, (_, i) => -1.234567890123456e-300 * (1 + i / 7));
    expectAsPrinted('float64', widest, deep);
    expectAsPrinted('float64', widest, [5000, ...Array.from({ length: 63 }, () => 1)]);
    expectAsPrinted('int64', new BigInt64Array(30_000).fill(-(2n ** 63n)), [300, 100]);
    expectAsPrinted('float32', new Float32Array(30_000).fill(-Infinity), [30, 1000]);
  });

  test('of part of a buffer, shared or not', () => {
    for (const buffer of [new ArrayBuffer(800), new SharedArrayBuffer(800)]) {
      const data = new Float64Array(buffer as ArrayBuffer, 80, 6);
      data.set([1, 2, 3.5, NaN, -0, 1e21]);
      expect(print('float64', [2, 3], data)).toBe('[[1,2,3.5],["NaN",-0.0,1e+21]]');
    }
  });
});
