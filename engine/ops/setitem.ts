// x.at[index].set(y).

import { composite } from '../families/composite.ts';
import type { AttrValue, Operand } from '../op.ts';

export const setitem = composite({
  name: 'setitem',
  family: 'indexing',
  doc: {
    text: 'The array with the part that an index describes (see getitem) replaced by y. Of several updates of one element the last wins, and it alone has a gradient.',
    source: 'jax.numpy.ndarray.at[].set',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'y', kind: 'tensor' },
    { name: 'indices', kind: 'tensors', default: [] },
    { name: 'index', kind: 'index' },
  ],
  samples: [
    { operands: [{ shape: [2, 3] }, { shape: [3] }], attrs: { index: [1] } },
    {
      operands: [{ shape: [3] }, { shape: [3] }, { shape: [3], dtype: 'int64', values: [1, 0, 1] }],
      attrs: { index: [{ array: 0 }] },
    },
  ],
  body: (b, args) =>
    b.index_update(args['x'] as Operand, args['y'] as Operand, args['indices'] as readonly Operand[], {
      index: args['index'] as AttrValue,
    }),
});
