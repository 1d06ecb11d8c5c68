// Draws from the Cauchy distribution.

import { composite } from '../families/composite.ts';
import { drawDtype, drawShape, floatParam, keyOf, keyParam, sampleKey, shapeParam } from '../families/randomness.ts';

export const random_cauchy = composite({
  name: 'random.cauchy',
  family: 'random',
  doc: {
    text: 'Independent draws from the standard Cauchy distribution.',
    math: 'tan(π (u − 1/2))',
    source: 'jax.random.cauchy, to rounding',
  },
  params: [keyParam, shapeParam, floatParam],
  differentiable: 'no',
  samples: [{ operands: [sampleKey] }, { operands: [sampleKey], attrs: { shape: [2, 3] } }],
  body(b, args) {
    const [shape, dtype] = [drawShape(b, args), drawDtype(b, args, 'random.cauchy')];
    const minval = dtype === 'float32' ? 2 ** -23 : 2 ** -52;
    const u = b.random_uniform(keyOf(b, args), minval, 1, { shape, dtype });
    return b.tan(b.multiply(Math.PI, b.subtract(u, 0.5)));
  },
});
