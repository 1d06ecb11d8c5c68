// Replacement below a threshold.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const threshold = composite({
  name: 'threshold',
  family: 'activation',
  doc: { text: 'x where it is above the threshold, else value.', source: 'torch.nn.functional.threshold' },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'threshold', kind: 'float' },
    { name: 'value', kind: 'float' },
  ],
  samples: [{ operands: [{ shape: [4], values: [-2, 0.3, 0.7, 2] }], attrs: { threshold: 0.5, value: -1 } }],
  body(b, args) {
    const x = b.lift(args['x'] as Operand);
    return b.where(b.greater(x, args['threshold'] as number), x, b.cast(args['value'] as number, x.aval.dtype));
  },
});
