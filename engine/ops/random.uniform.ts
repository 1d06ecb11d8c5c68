// Draws from a uniform distribution.

import { composite } from '../families/composite.ts';
import {
  drawDtype,
  drawShape,
  floatParam,
  keyOf,
  keyParam,
  requireBroadcast,
  sampleKey,
  shapeParam,
} from '../families/randomness.ts';
import type { Operand } from '../op.ts';

export const random_uniform = composite({
  name: 'random.uniform',
  family: 'random',
  doc: {
    text: 'Independent uniform draws from minval up to and without maxval, differentiable in both.',
    math: 'minval + u (maxval − minval)',
    source: 'jax.random.uniform, bit for bit',
  },
  params: [
    keyParam,
    shapeParam,
    floatParam,
    { name: 'minval', kind: 'tensor', default: 0 },
    { name: 'maxval', kind: 'tensor', default: 1 },
  ],
  samples: [
    { operands: [sampleKey], attrs: { shape: [3] } },
    {
      operands: [sampleKey, { shape: [], range: [-3, -1] }, { shape: [3], range: [1, 3] }],
      attrs: { shape: [2, 3], dtype: 'float64' },
    },
    { operands: [sampleKey], attrs: { dtype: 'float32', minval: -1 } },
  ],
  body(b, args) {
    const [shape, dtype] = [drawShape(b, args), drawDtype(b, args, 'random.uniform')];
    const unit = b.threefry_draw(keyOf(b, args), {
      distribution: 'uniform',
      shape,
      dtype,
    });
    if (args['minval'] === 0 && args['maxval'] === 1) return unit;
    const [low, high] = ['minval', 'maxval'].map((name) => {
      const x = b.cast(args[name] as Operand, dtype);
      requireBroadcast(x, shape, name);
      return x;
    });
    const y = b.fma(unit, b.subtract(high, low), low);
    // Rounding may not lead below minval; a draw on it follows it.
    return b.where(b.less(y, low), low, y);
  },
});
