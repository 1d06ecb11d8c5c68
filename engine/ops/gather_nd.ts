// Slices at tuples of indices.

import { showAval, sizeOf } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { linearPositions } from '../families/indexing.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

export const gather_nd = composite({
  name: 'gather_nd',
  family: 'indexing',
  doc: {
    text: 'The last axis of indices holds index tuples into the leading axes of x; each picks a slice. The leading batch_dims axes of both are paired.',
    source: 'ONNX GatherND-13',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'indices', kind: 'tensor' },
    { name: 'batch_dims', kind: 'int', default: 0 },
  ],
  samples: [
    { operands: [{ shape: [2, 3] }, { shape: [2, 2], dtype: 'int64', values: [0, 1, 1, -1] }] },
    { operands: [{ shape: [2, 3] }, { shape: [3, 1], dtype: 'int64', values: [1, 0, 1] }] },
    { operands: [{ shape: [2, 3, 2] }, { shape: [2, 1], dtype: 'int64', values: [2, 0] }], attrs: { batch_dims: 1 } },
  ],
  body(b, args) {
    const x = b.lift(args['x'] as Operand);
    const batch = args['batch_dims'] as number;
    if (batch < 0) fail('E_ATTRIBUTE', `gather_nd: batch_dims is a number of axes, and is ${batch}.`);
    const { shape } = x.aval;
    const index = b.lift(args['indices'] as Operand);
    if (index.aval.shape.length <= batch || index.aval.shape.slice(0, batch).some((d, i) => d !== shape[i])) {
      fail(
        'E_SHAPE_MISMATCH',
        `The first ${batch} axes of x ${showAval(x.aval)} and indices ${showAval(index.aval)} must be equal, with one more in indices.`,
      );
    }
    const positions = linearPositions(b, x.aval, index, batch);
    const depth = index.aval.shape[index.aval.shape.length - 1];
    const picked = shape.slice(batch, batch + depth);
    const merged = b.reshape(x, { shape: [...shape.slice(0, batch), sizeOf(picked), ...shape.slice(batch + depth)] });
    return b.gather(merged, positions, { axis: batch, batch });
  },
});
