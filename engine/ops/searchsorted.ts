// Places to insert at.

import { showAval } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

export const searchsorted = composite({
  name: 'searchsorted',
  family: 'searching',
  doc: {
    text: 'For each value, how many elements of the sorted vector x lie before it: those below it (side left), or not above it (right).',
    source: 'Array API 2024.12, searchsorted',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'values', kind: 'tensor' },
    { name: 'side', kind: 'enum', values: ['left', 'right'], default: 'left' },
  ],
  differentiable: 'no',
  samples: [
    { operands: [{ shape: [4], values: [-1, 0, 0, 2] }, { shape: [3] }] },
    {
      operands: [
        { shape: [3], values: [1, 2, 2] },
        { shape: [2, 2], values: [2, 0, 3, 1] },
      ],
      attrs: { side: 'right' },
    },
    { operands: [{ shape: [0] }, { shape: [] }] },
  ],
  body(b, args) {
    const [x, values] = b.promote([args['x'] as Operand, args['values'] as Operand]);
    if (x.aval.shape.length !== 1)
      fail('E_SHAPE_MISMATCH', `searchsorted needs a sorted vector, and is given ${showAval(x.aval)}.`);
    const each = b.expand_dims(values, { axis: -1 });
    // NaN lies after every number, as where it is sorted.
    const before = args['side'] === 'left' ? b.less(x, each) : b.less_equal(x, each);
    return b.sum(b.logical_or(before, b.isnan(each)), { axis: -1 });
  },
});
