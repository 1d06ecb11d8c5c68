// Random bits.

import { fail } from '../errors.ts';
import { isInteger } from '../ir/aval.ts';
import type { DType } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { drawShape, keyOf, keyParam, sampleKey, shapeParam } from '../families/randomness.ts';

export const random_bits = composite({
  name: 'random.bits',
  family: 'random',
  doc: {
    text: "Uniformly random bits as integers: 64 or 32 of them in two's complement, or 8 as uint8.",
    source: 'jax.random.bits, bit for bit (its dtypes are unsigned)',
  },
  params: [keyParam, shapeParam, { name: 'dtype', kind: 'dtype', default: 'int64' }],
  differentiable: 'no',
  samples: [
    { operands: [sampleKey] },
    { operands: [sampleKey], attrs: { shape: [2, 2], dtype: 'int32' } },
    { operands: [sampleKey], attrs: { shape: [3], dtype: 'uint8' } },
  ],
  body(b, args) {
    const dtype = args['dtype'] as DType;
    if (!isInteger(dtype)) fail('E_DTYPE', `random.bits draws integers, and dtype is ${dtype}.`);
    const bits = b.threefry_bits(keyOf(b, args), {
      shape: drawShape(b, args),
      width: dtype === 'int64' ? 64 : 32,
    });
    return b.cast(bits, dtype);
  },
});
