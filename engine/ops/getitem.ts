// x[index]: NumPy's indexing.

import { composite } from '../families/composite.ts';
import { applySlices, mergePicked, readSubscript } from '../families/subscript.ts';
import type { AttrValue, Operand } from '../op.ts';

export const getitem = composite({
  name: 'getitem',
  family: 'indexing',
  aliases: ['getitem_slice', 'getitem_advanced'],
  doc: {
    text:
      'The part of an array that an index describes: a list of integers, null (a new axis), "...", {"slice": [start, stop, step]} and {"array": k} for ' +
      'the k-th of `indices`, an integer array or a mask that is known. Index arrays broadcast together, and elements picked several times ' +
      'add up their gradients. An index out of bounds is an error.',
    source: 'numpy indexing; Array API 2024.12, indexing',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'indices', kind: 'tensors', default: [] },
    { name: 'index', kind: 'index' },
  ],
  samples: [
    { operands: [{ shape: [5] }], attrs: { index: [{ slice: [1, 4, 2] }] } },
    { operands: [{ shape: [5] }], attrs: { index: [{ slice: [null, null, -2] }] } },
    { operands: [{ shape: [2, 3, 4] }], attrs: { index: [-1, '...', null, { slice: [3, 0, -1] }] } },
    {
      operands: [{ shape: [4, 2] }, { shape: [3], dtype: 'int64', values: [0, -1, 0] }],
      attrs: { index: [{ array: 0 }] },
    },
    {
      operands: [
        { shape: [3, 2, 4] },
        { shape: [2, 1], dtype: 'int64', values: [0, 2] },
        { shape: [3], dtype: 'int64', values: [1, -1, 1] },
      ],
      attrs: { index: [{ array: 0 }, { slice: [null, null, null] }, { array: 1 }] },
    },
    { operands: [{ shape: [3] }], attrs: { index: [{ slice: [2, 2, null] }] } },
    { operands: [{ shape: [] }], attrs: { index: [null] } },
  ],
  body(b, args) {
    const x = b.lift(args['x'] as Operand);
    const { slices, picked, shape } = readSubscript(
      b,
      x.aval,
      args['index'] as AttrValue,
      args['indices'] as readonly Operand[],
    );
    const part = applySlices(b, x, slices);
    if (picked === null) return b.reshape(part, { shape });
    return b.reshape(b.gather(mergePicked(b, part, picked), picked.index, { axis: picked.place }), { shape });
  },
});
