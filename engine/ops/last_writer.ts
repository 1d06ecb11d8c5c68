// The last of several updates of one place.

import { sizeOf } from '../ir/aval.ts';
import { allocate } from '../ir/tensor.ts';
import type { Op, Operand } from '../op.ts';

export const last_writer: Op = {
  name: 'last_writer',
  family: 'indexing',
  doc: {
    text: 'For each place from 0 up to size, the position of the last element of `index` (along its last axis) that points there, or -1.',
  },
  internal: true,
  params: [
    { name: 'index', kind: 'tensor' },
    { name: 'size', kind: 'int' },
  ],
  differentiable: 'no',
  samples: [
    { operands: [{ shape: [4], dtype: 'int64', values: [0, 2, 0, 3] }], attrs: { size: 5 } },
    { operands: [{ shape: [2, 2], dtype: 'int64', values: [0, 1, 1, 1] }], attrs: { size: 2 } },
  ],
  call: (b, args) => b.emitOne(last_writer, [b.lift(args['index'] as Operand)], { size: args['size'] as number }),
  primitive: {
    infer: ([index], attrs) => ({ dtype: 'int64', shape: [...index.shape.slice(0, -1), attrs['size'] as number] }),
    eval([index], attrs, [aval]) {
      const size = attrs['size'] as number;
      const count = index.shape[index.shape.length - 1];
      const data = allocate('int64', sizeOf(aval.shape)) as BigInt64Array;
      data.fill(-1n);
      for (let i = 0; i < index.data.length; i++) {
        data[Math.floor(i / count) * size + Number(index.data[i])] = BigInt(i % count);
      }
      return { dtype: 'int64', shape: aval.shape, data };
    },
    kernel: (_inputs, _outputs, attrs) => ({ kind: 'last_writer', size: attrs['size'] as number }),
    batch: (b, { inputs, attrs }) => b.emitOne(last_writer, inputs, attrs),
  },
};
