// Draws of integers.

import { fail } from '../errors.ts';
import type { Aval, DType } from '../ir/aval.ts';
import { isInteger, sizeOf } from '../ir/aval.ts';
import { alignMapped } from '../families/batching.ts';
import {
  drawShape,
  drawnShape,
  integerOf,
  keyOf,
  keyParam,
  keysIn,
  requireBroadcast,
  sampleKey,
} from '../families/randomness.ts';
import type { Tensor } from '../ir/tensor.ts';
import { allocate, setElement } from '../ir/tensor.ts';
import { randomBits, randomBits64, split } from '../numeric/threefry.ts';
import type { Op, Operand } from '../op.ts';

export const random_randint: Op = {
  name: 'random.randint',
  family: 'random',
  doc: {
    text:
      'Independent uniform integers from minval up to and without maxval; minval where maxval is no larger. The numbers are the rest of ' +
      'twice as many random bits, so unevenness is far below what can be seen.',
    source: 'jax.random.randint, bit for bit',
  },
  params: [
    keyParam,
    { name: 'shape', kind: 'shape' },
    { name: 'minval', kind: 'tensor' },
    { name: 'maxval', kind: 'tensor' },
    { name: 'dtype', kind: 'dtype', default: 'int64' },
  ],
  differentiable: 'no',
  samples: [
    {
      operands: [sampleKey, { shape: [], dtype: 'int64', values: [-5] }, { shape: [], dtype: 'int64', values: [10] }],
      attrs: { shape: [4] },
    },
    {
      operands: [
        sampleKey,
        { shape: [3], dtype: 'int64', range: [0, 9] },
        { shape: [2, 1], dtype: 'int64', range: [9, 30] },
      ],
      attrs: { shape: [2, 3], dtype: 'int32' },
    },
    {
      operands: [sampleKey, { shape: [], dtype: 'int64', values: [0] }, { shape: [], dtype: 'int64', values: [256] }],
      attrs: { shape: [3], dtype: 'uint8' },
    },
  ],
  call(b, args) {
    const dtype = args['dtype'] as DType;
    if (!isInteger(dtype)) fail('E_DTYPE', `random.randint draws integers, and dtype is ${dtype}.`);
    const shape = drawShape(b, args);
    const bounds = ['minval', 'maxval'].map((name) => {
      const x = b.cast(integerOf(b, args[name] as Operand, name), 'int64');
      requireBroadcast(x, shape, name);
      return b.broadcast(x, shape);
    });
    return b.emitOne(random_randint, [keyOf(b, args), ...bounds], {
      shape,
      dtype,
    });
  },
  primitive: {
    infer: ([key], attrs) => ({
      dtype: attrs['dtype'] as DType,
      shape: drawnShape(key, attrs),
      weak: false,
    }),
    eval: ([key, low, high], attrs, [aval]) => draw(key, low, high, sizeOf(attrs['shape'] as number[]), aval),
    kernel: (_inputs, _outputs, attrs) => ({
      kind: 'random_integers',
      count: sizeOf(attrs['shape'] as number[]),
    }),
    batch: (b, site) => b.emitOne(random_randint, alignMapped(b, site), site.attrs),
  },
};

/** Narrow integers are drawn in 32 bits. */
function draw(key: Tensor, low: Tensor, high: Tensor, n: number, aval: Aval): Tensor {
  const width = aval.dtype === 'int64' ? 64 : 32;
  const data = allocate(aval.dtype, sizeOf(aval.shape));
  const [least, most] =
    aval.dtype === 'uint8' ? [0n, 255n] : [-(1n << BigInt(width - 1)), (1n << BigInt(width - 1)) - 1n];
  const clip = (x: bigint, to: bigint): bigint => (x < least ? least : x > to ? to : x);
  const bits = (k: Uint32Array): ArrayLike<bigint | number> =>
    width === 64 ? randomBits64(k, n) : randomBits(k, n, 32);
  keysIn(key).forEach((k, group) => {
    const keys = split(k, 2);
    const [upper, lower] = [bits(keys.subarray(0, 2)), bits(keys.subarray(2))];
    for (let i = 0; i < n; i++) {
      const at = group * n + i;
      const [from, to] = [BigInt(low.data[at]), BigInt(high.data[at])];
      const minval = clip(from, most);
      // A maxval of one more than the largest number includes that number.
      const maxval = clip(to, most + 1n);
      const span = maxval > minval ? BigInt.asUintN(width, maxval - minval) : 1n;
      setElement(data, at, BigInt.asIntN(width, minval + offset(BigInt(upper[i]), BigInt(lower[i]), span, width)));
    }
  });
  return { dtype: aval.dtype, shape: aval.shape, data };
}

/** (upper · 2^width + lower) mod span as JAX computes it, in numbers of `width` bits; a span of 2^width has wrapped to 0. */
function offset(upper: bigint, lower: bigint, span: bigint, width: number): bigint {
  const wrap = (x: bigint): bigint => BigInt.asUintN(width, x);
  const rem = (x: bigint): bigint => (span === 0n ? x : x % span);
  const half = rem(1n << BigInt(width / 2));
  const multiplier = rem(wrap(half * half));
  return rem(wrap(wrap(rem(upper) * multiplier) + rem(lower)));
}
