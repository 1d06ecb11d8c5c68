// The number of axes of an array.

import { scalarTensor } from '../ir/tensor.ts';
import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const ndim = composite({
  name: 'ndim',
  family: 'structural',
  doc: { text: 'The number of axes, a constant that gives way to any dtype.', source: 'numpy.ndim' },
  params: [{ name: 'x', kind: 'tensor' }],
  differentiable: 'no',
  samples: [{ operands: [{ shape: [2, 3] }] }, { operands: [{ shape: [] }] }],
  body: (b, args) => b.constant(scalarTensor('int64', b.avalOf(args['x'] as Operand).shape.length), true),
});
