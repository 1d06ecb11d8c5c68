// Slices at indices along an axis, as PyTorch has it.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const index_select = composite({
  name: 'index_select',
  family: 'indexing',
  doc: {
    text: 'The slices at integer indices along an axis; take with the axis before the indices.',
    source: 'torch.index_select',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'dim', kind: 'int' },
    { name: 'index', kind: 'tensor' },
  ],
  samples: [{ operands: [{ shape: [2, 3] }, { shape: [2], dtype: 'int64', values: [2, 0] }], attrs: { dim: 1 } }],
  body: (b, args) => b.take(args['x'] as Operand, args['index'] as Operand, { axis: args['dim'] as number }),
});
