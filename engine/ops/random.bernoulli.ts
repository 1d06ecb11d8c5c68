// Draws of true and false.

import { composite } from '../families/composite.ts';
import type { FloatDType, Shape } from '../ir/aval.ts';
import { drawShape, keyOf, keyParam, requireBroadcast, sampleKey } from '../families/randomness.ts';
import type { Operand } from '../op.ts';

export const random_bernoulli = composite({
  name: 'random.bernoulli',
  family: 'random',
  doc: {
    text: 'True with probability p, independently for each element of a shape (that of p by default).',
    math: 'u < p',
    source: 'jax.random.bernoulli, bit for bit',
  },
  params: [keyParam, { name: 'p', kind: 'tensor', default: 0.5 }, { name: 'shape', kind: 'shape', default: null }],
  differentiable: 'no',
  samples: [
    { operands: [sampleKey], attrs: { shape: [2, 3] } },
    { operands: [sampleKey, { shape: [4], values: [0, 1, 1, 0] }] },
    {
      operands: [sampleKey, { shape: [], dtype: 'float32', values: [1] }],
      attrs: { shape: [3] },
    },
  ],
  body(b, args) {
    const p = b.promote([args['p'] as Operand], 'float')[0];
    const given = args['shape'] as Shape | null;
    const shape = given === null ? p.aval.shape : drawShape(b, args);
    if (given !== null) requireBroadcast(p, shape, 'p');
    const dtype = p.aval.dtype as FloatDType;
    return b.less(
      b.threefry_draw(keyOf(b, args), {
        distribution: 'uniform',
        shape,
        dtype,
      }),
      p,
    );
  },
});
