// Floats drawn from a distribution without parameters.

import type { FloatDType } from '../ir/aval.ts';
import { sizeOf } from '../ir/aval.ts';
import type { Distribution } from '../families/randomness.ts';
import { distributions, drawnShape, keysIn, sampleKey } from '../families/randomness.ts';
import { allocate } from '../ir/tensor.ts';
import type { Op, Operand } from '../op.ts';

export const threefry_draw: Op = {
  name: 'threefry_draw',
  family: 'random',
  internal: true,
  doc: {
    text: 'Independent draws for each element of a shape, for each key, as JAX makes them.',
  },
  params: [
    { name: 'key', kind: 'tensor' },
    {
      name: 'distribution',
      kind: 'enum',
      values: Object.keys(distributions),
    },
    { name: 'shape', kind: 'shape' },
    { name: 'dtype', kind: 'dtype' },
  ],
  differentiable: 'no',
  samples: [
    {
      operands: [sampleKey],
      attrs: { distribution: 'uniform', shape: [3], dtype: 'float64' },
    },
    {
      operands: [sampleKey],
      attrs: { distribution: 'normal', shape: [2, 2], dtype: 'float32' },
    },
  ],
  call: (b, args) =>
    b.emitOne(threefry_draw, [b.lift(args['key'] as Operand)], {
      distribution: args['distribution'] as string,
      shape: args['shape'] as number[],
      dtype: args['dtype'] as string,
    }),
  primitive: {
    infer: ([key], attrs) => ({
      dtype: attrs['dtype'] as FloatDType,
      shape: drawnShape(key, attrs),
      weak: false,
    }),
    eval([key], attrs, [aval]) {
      const n = sizeOf(attrs['shape'] as number[]);
      const draw = distributions[attrs['distribution'] as Distribution];
      const data = allocate(aval.dtype, sizeOf(aval.shape)) as Float64Array | Float32Array;
      keysIn(key).forEach((k, i) => {
        data.set(draw(k, n, aval.dtype as FloatDType), i * n);
      });
      return { dtype: aval.dtype, shape: aval.shape, data };
    },
    kernel: (_inputs, _outputs, attrs) => ({
      kind: 'random_draw',
      count: sizeOf(attrs['shape'] as number[]),
      distribution: attrs['distribution'] as Distribution,
    }),
    batch: (b, { inputs, attrs }) => b.emitOne(threefry_draw, inputs, attrs),
    // Twenty rounds of four operations for 64 bits, and the map from them.
    flops: (_inputs, [y]) => 100 * sizeOf(y.shape),
  },
};
