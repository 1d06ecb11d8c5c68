// Random bits of a key.

import { sizeOf } from '../ir/aval.ts';
import { drawnShape, keysIn, sampleKey } from '../families/randomness.ts';
import { allocate } from '../ir/tensor.ts';
import { randomBits, randomBits64 } from '../numeric/threefry.ts';
import type { Op, Operand } from '../op.ts';

export const threefry_bits: Op = {
  name: 'threefry_bits',
  family: 'random',
  internal: true,
  doc: {
    text: "Random bits for each element of a shape, for each key: 32 as a number from 0 to 2^32 − 1, or 64 in two's complement.",
  },
  params: [
    { name: 'key', kind: 'tensor' },
    { name: 'shape', kind: 'shape' },
    { name: 'width', kind: 'int', default: 32 },
  ],
  differentiable: 'no',
  samples: [
    { operands: [sampleKey], attrs: { shape: [3] } },
    { operands: [sampleKey], attrs: { shape: [2, 2], width: 64 } },
  ],
  call: (b, args) =>
    b.emitOne(
      threefry_bits,
      [args['key'] as Operand].map((x) => b.lift(x)),
      {
        shape: args['shape'] as number[],
        width: args['width'] as number,
      },
    ),
  primitive: {
    infer: ([key], attrs) => ({
      dtype: 'int64',
      shape: drawnShape(key, attrs),
      weak: false,
    }),
    eval([key], attrs, [aval]) {
      const n = sizeOf(attrs['shape'] as number[]);
      const data = allocate('int64', sizeOf(aval.shape)) as BigInt64Array;
      keysIn(key).forEach((k, i) => {
        if (attrs['width'] === 64) data.set(new BigInt64Array(randomBits64(k, n).buffer), i * n);
        else data.set(BigInt64Array.from(randomBits(k, n, 32), BigInt), i * n);
      });
      return { dtype: 'int64', shape: aval.shape, data };
    },
    kernel: (_inputs, _outputs, attrs) => ({
      kind: 'random_bits',
      count: sizeOf(attrs['shape'] as number[]),
      width: attrs['width'] === 64 ? 64 : 32,
    }),
    batch: (b, { inputs, attrs }) => b.emitOne(threefry_bits, inputs, attrs),
  },
};
