// Draws from the normal distribution between bounds.

import { broadcastShapes } from '../ir/aval.ts';
import type { Shape } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import {
  drawDtype,
  drawShape,
  floatParam,
  keyOf,
  keyParam,
  requireBroadcast,
  sampleKey,
} from '../families/randomness.ts';
import type { Operand } from '../op.ts';

export const random_truncated_normal = composite({
  name: 'random.truncated_normal',
  family: 'random',
  doc: {
    text: 'Independent draws from the standard normal distribution between lower and upper, differentiable in both.',
    math: '√2 erf⁻¹(u), u uniform on (erf(lower/√2), erf(upper/√2))',
    source: 'jax.random.truncated_normal, to rounding',
  },
  params: [
    keyParam,
    { name: 'lower', kind: 'tensor' },
    { name: 'upper', kind: 'tensor' },
    { name: 'shape', kind: 'shape', default: null },
    floatParam,
  ],
  samples: [
    {
      operands: [sampleKey, { shape: [], range: [-2, -1] }, { shape: [3], range: [0, 2] }],
      attrs: { dtype: 'float64' },
    },
    {
      operands: [sampleKey, { shape: [], range: [-2, -1] }, { shape: [], range: [0, 2] }],
      attrs: { shape: [2, 2], dtype: 'float64' },
    },
  ],
  body(b, args) {
    const dtype = drawDtype(b, args, 'random.truncated_normal');
    const bounds = ['lower', 'upper'].map((name) => b.cast(args[name] as Operand, dtype));
    const given = args['shape'] as Shape | null;
    const shapes = bounds.map((x) => x.aval.shape);
    const shape = given === null ? broadcastShapes(shapes, ['lower', 'upper']) : drawShape(b, args);
    bounds.forEach((x, i) => requireBroadcast(x, shape, ['lower', 'upper'][i]));
    const [from, to] = bounds.map((x) => b.erf(b.divide(x, Math.SQRT2)));
    const u = b.random_uniform(keyOf(b, args), from, to, { shape, dtype });
    const y = b.multiply(Math.SQRT2, b.erfinv(u));
    // Rounding may not lead out of the bounds.
    return b.clip(y, b.stop_gradient(bounds[0]), b.stop_gradient(bounds[1]));
  },
});
