// The number of elements of an array.

import { normalizeAxes, sizeOf } from '../ir/aval.ts';
import { scalarTensor } from '../ir/tensor.ts';
import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const size = composite({
  name: 'size',
  family: 'structural',
  aliases: ['numel'],
  doc: {
    text: 'The number of elements, in all or along axes; a constant that gives way to any dtype.',
    source: 'numpy.size',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'axis', kind: 'axes', default: null },
  ],
  differentiable: 'no',
  samples: [
    { operands: [{ shape: [2, 3] }] },
    { operands: [{ shape: [2, 3] }], attrs: { axis: 0 } },
    { operands: [{ shape: [] }] },
  ],
  body(b, args) {
    const sizes = b.avalOf(args['x'] as Operand).shape;
    const axes = normalizeAxes(args['axis'] as number | number[] | null, sizes.length);
    return b.constant(scalarTensor('int64', sizeOf(axes.map((a) => sizes[a]))), true);
  },
});
