// Linear interpolation.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const lerp = composite({
  name: 'lerp',
  family: 'elementwise',
  doc: { text: 'From x at weight 0 to y at weight 1, along a line.', math: 'x + weight (y − x)', source: 'torch.lerp' },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'y', kind: 'tensor' },
    { name: 'weight', kind: 'tensor' },
  ],
  samples: [{ operands: [{ shape: [2, 3] }, { shape: [3] }, { shape: [], range: [0, 1] }] }],
  body(b, args) {
    const [x, y, weight] = b.promote([args['x'], args['y'], args['weight']] as Operand[], 'float');
    return b.add(x, b.multiply(weight, b.subtract(y, x)));
  },
});
