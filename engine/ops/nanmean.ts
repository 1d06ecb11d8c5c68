// Mean of the elements that are not NaN.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const nanmean = composite({
  name: 'nanmean',
  family: 'reduction',
  doc: { text: 'Mean over axes of the elements that are not NaN; NaN where there are none.', source: 'numpy.nanmean' },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'axis', kind: 'axes', default: null },
    { name: 'keepdims', kind: 'bool', default: false, keyword: true },
  ],
  samples: [{ operands: [{ shape: [4] }] }, { operands: [{ shape: [2, 3] }], attrs: { axis: 1 } }],
  body(b, args) {
    const over = { axis: args['axis'] as number | number[] | null, keepdims: args['keepdims'] as boolean };
    const x = b.lift(args['x'] as Operand);
    return b.mean(x, { ...over, where: b.equal(x, x) });
  },
});
