// The distance from the smallest to the largest element.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const ptp = composite({
  name: 'ptp',
  family: 'reduction',
  doc: { text: 'The largest minus the smallest element over axes (all by default).', source: 'numpy.ptp' },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'axis', kind: 'axes', default: null },
    { name: 'keepdims', kind: 'bool', default: false, keyword: true },
  ],
  samples: [{ operands: [{ shape: [4] }] }, { operands: [{ shape: [2, 3] }], attrs: { axis: 1 } }],
  body(b, args) {
    const over = { axis: args['axis'] as number | number[] | null, keepdims: args['keepdims'] as boolean };
    const x = b.lift(args['x'] as Operand);
    return b.subtract(b.max(x, over), b.min(x, over));
  },
});
