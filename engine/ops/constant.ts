// A tensor known when the graph is built.

import type { Tensor } from '../ir/tensor.ts';
import type { Attrs, Op } from '../op.ts';

const tensorIn = (attrs: Attrs): Tensor => (attrs['value'] as { tensor: Tensor }).tensor;

export const constant: Op = {
  name: 'constant',
  family: 'creation',
  doc: { text: 'A tensor that is part of the graph itself.' },
  params: [{ name: 'value', kind: 'any' }],
  differentiable: 'no',
  internal: true,
  samples: [],
  call: (b, args) => b.emitOne(constant, [], { value: args['value'] as { tensor: Tensor } }),
  primitive: {
    infer: (_inputs, attrs) => ({ dtype: tensorIn(attrs).dtype, shape: tensorIn(attrs).shape }),
    eval: (_inputs, attrs) => tensorIn(attrs),
    batch: (b, { attrs }) => b.emitOne(constant, [], attrs),
    constant: tensorIn,
    flops: () => 0,
  },
};
