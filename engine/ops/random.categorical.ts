// Draws of categories.

import { isFloat, normalizeAxis, showAval } from '../ir/aval.ts';
import type { Shape } from '../ir/aval.ts';
import { fail } from '../errors.ts';
import { composite } from '../families/composite.ts';
import { drawShape, keyOf, keyParam, sampleKey } from '../families/randomness.ts';
import type { Operand } from '../op.ts';

export const random_categorical = composite({
  name: 'random.categorical',
  family: 'random',
  doc: {
    text:
      'Indices along an axis of logits, drawn with probabilities proportional to exp(logits), in a shape that ends with what the other ' +
      'axes broadcast to.',
    math: 'argmax(logits + gumbel)',
    source: 'jax.random.categorical, with its Gumbel draws',
  },
  params: [
    keyParam,
    { name: 'logits', kind: 'tensor' },
    { name: 'axis', kind: 'axis', default: -1 },
    { name: 'shape', kind: 'shape', default: null },
  ],
  differentiable: 'no',
  samples: [
    { operands: [sampleKey, { shape: [4], values: [0, 99, 0, 0] }] },
    // Draws in float32 are others than in float64: only what is all but certain can be compared.
    {
      operands: [sampleKey, { shape: [2, 3], values: [99, 0, 0, 0, 99, 99] }],
      attrs: { axis: 0 },
    },
    {
      operands: [sampleKey, { shape: [2, 3], values: [99, 0, 0, 0, 0, 99] }],
      attrs: { shape: [2, 2] },
    },
  ],
  body(b, args) {
    const logits = b.lift(args['logits'] as Operand);
    const { dtype, shape } = logits.aval;
    if (!isFloat(dtype)) fail('E_DTYPE', `logits must be floats, and are ${showAval(logits.aval)}.`);
    const axis = normalizeAxis(args['axis'] as number, shape.length);
    const rest = shape.filter((_d, i) => i !== axis);
    const wanted = (args['shape'] as Shape | null) === null ? rest : drawShape(b, args);
    const ahead = wanted.length - rest.length;
    if (ahead < 0 || rest.some((d, i) => d !== 1 && d !== wanted[ahead + i])) {
      fail(
        'E_SHAPE_MISMATCH',
        `logits without axis ${axis}, (${rest.join(', ')}), do not broadcast to (${wanted.join(', ')}).`,
      );
    }
    const full = [...wanted.slice(0, ahead + axis), shape[axis], ...wanted.slice(ahead + axis)];
    const noise = b.threefry_draw(keyOf(b, args), {
      distribution: 'gumbel',
      shape: full,
      dtype,
    });
    return b.argmax(b.add(noise, logits), { axis: ahead + axis });
  },
});
