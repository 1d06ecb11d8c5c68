// Draws of signs.

import type { DType } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { drawShape, keyOf, keyParam, sampleKey, shapeParam } from '../families/randomness.ts';

export const random_rademacher = composite({
  name: 'random.rademacher',
  family: 'random',
  doc: { text: 'Independent draws of −1 and 1, equally likely.', source: 'jax.random.rademacher, bit for bit' },
  params: [keyParam, shapeParam, { name: 'dtype', kind: 'dtype', default: 'int64' }],
  differentiable: 'no',
  samples: [{ operands: [sampleKey] }, { operands: [sampleKey], attrs: { shape: [2, 3], dtype: 'float64' } }],
  body(b, args) {
    const dtype = args['dtype'] as DType;
    const up = b.random_bernoulli(keyOf(b, args), 0.5, { shape: drawShape(b, args) });
    return b.where(up, b.cast(1n, dtype), b.cast(-1n, dtype));
  },
});
