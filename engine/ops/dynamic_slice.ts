// A part of fixed sizes from a place that is computed.

import { composite } from '../families/composite.ts';
import { iota } from '../families/creation.ts';
import { integerIndex } from '../families/indexing.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

export const dynamic_slice = composite({
  name: 'dynamic_slice',
  family: 'indexing',
  doc: {
    text: 'The part of given sizes that starts at integer scalars, one for each axis, moved inside where it would reach beyond an end.',
    source: 'jax.lax.dynamic_slice',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'start_indices', kind: 'tensors' },
    { name: 'slice_sizes', kind: 'ints' },
  ],
  samples: [
    { operands: [{ shape: [5] }, { shape: [], dtype: 'int64', values: [2] }], attrs: { slice_sizes: [2] } },
    {
      operands: [
        { shape: [3, 4] },
        { shape: [], dtype: 'int64', values: [1] },
        { shape: [], dtype: 'int64', values: [7] },
      ],
      attrs: { slice_sizes: [2, 3] },
    },
  ],
  body(b, args) {
    let y = b.lift(args['x'] as Operand);
    const { shape } = y.aval;
    const starts = (args['start_indices'] as readonly Operand[]).map((v) => integerIndex(b, v));
    const sizes = args['slice_sizes'] as number[];
    if (starts.length !== shape.length || sizes.length !== shape.length) {
      fail(
        'E_ATTRIBUTE',
        `dynamic_slice needs a start and a size for each of ${shape.length} axes: given ${starts.length} and ${sizes.length}.`,
      );
    }
    shape.forEach((d, axis) => {
      const n = sizes[axis];
      if (n < 0 || n > d) fail('E_SHAPE_MISMATCH', `Axis ${axis} of size ${d} has no part of size ${n}.`);
      if (starts[axis].aval.shape.length > 0) fail('E_SHAPE_MISMATCH', `The start of axis ${axis} must be a scalar.`);
      if (n === d) return;
      const from = b.minimum(b.maximum(starts[axis], 0n), BigInt(d - n));
      y = b.gather(y, b.add(from, iota(b, n)), { axis });
    });
    return y;
  },
});
