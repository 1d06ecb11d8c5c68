// Largest of the elements that are not NaN.

import { isFloat } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const nanmax = composite({
  name: 'nanmax',
  family: 'reduction',
  doc: { text: 'Largest element over axes that is not NaN; NaN where all are.', source: 'numpy.nanmax' },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'axis', kind: 'axes', default: null },
    { name: 'keepdims', kind: 'bool', default: false, keyword: true },
  ],
  samples: [{ operands: [{ shape: [4] }] }, { operands: [{ shape: [2, 3] }], attrs: { axis: 1 } }],
  body(b, args) {
    const over = { axis: args['axis'] as number | number[] | null, keepdims: args['keepdims'] as boolean };
    const x = b.lift(args['x'] as Operand);
    if (!isFloat(x.aval.dtype)) return b.max(x, over);
    const missing = b.isnan(x);
    const y = b.max(b.where(missing, -Infinity, x), over);
    return b.where(b.all(missing, over), NaN, y);
  },
});
