// Sum of the elements that are not NaN.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const nansum = composite({
  name: 'nansum',
  family: 'reduction',
  doc: { text: 'Sum over axes, NaN counting as 0.', source: 'numpy.nansum' },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'axis', kind: 'axes', default: null },
    { name: 'keepdims', kind: 'bool', default: false, keyword: true },
  ],
  samples: [{ operands: [{ shape: [4] }] }, { operands: [{ shape: [2, 3] }], attrs: { axis: 1 } }],
  body(b, args) {
    const over = { axis: args['axis'] as number | number[] | null, keepdims: args['keepdims'] as boolean };
    const x = b.lift(args['x'] as Operand);
    return b.sum(b.where(b.isnan(x), b.zeros(x.aval), x), over);
  },
});
