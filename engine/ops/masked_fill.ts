// Elements replaced where a mask holds.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const masked_fill = composite({
  name: 'masked_fill',
  family: 'selection',
  doc: { text: 'x with a value in place of the elements where the mask holds.', source: 'torch.masked_fill' },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'mask', kind: 'tensor' },
    { name: 'value', kind: 'tensor' },
  ],
  samples: [{ operands: [{ shape: [2, 3] }, { shape: [3], dtype: 'bool', range: [0, 1.99] }, { shape: [] }] }],
  body(b, args) {
    const x = b.lift(args['x'] as Operand);
    return b.where(args['mask'] as Operand, b.cast(args['value'] as Operand, x.aval.dtype), x);
  },
});
