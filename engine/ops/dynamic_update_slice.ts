// A part replaced at a place that is computed.

import type { Value } from '../ir/graph.ts';
import { composite } from '../families/composite.ts';
import { iota } from '../families/creation.ts';
import { integerIndex } from '../families/indexing.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

export const dynamic_update_slice = composite({
  name: 'dynamic_update_slice',
  family: 'indexing',
  doc: {
    text: 'x with the part that starts at integer scalars, one for each axis, replaced by y; moved inside where it would reach beyond an end.',
    source: 'jax.lax.dynamic_update_slice',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'y', kind: 'tensor' },
    { name: 'start_indices', kind: 'tensors' },
  ],
  samples: [
    { operands: [{ shape: [5] }, { shape: [2] }, { shape: [], dtype: 'int64', values: [2] }] },
    {
      operands: [
        { shape: [3, 4] },
        { shape: [2, 3] },
        { shape: [], dtype: 'int64', values: [-4] },
        { shape: [], dtype: 'int64', values: [1] },
      ],
    },
  ],
  body(b, args) {
    const x = b.lift(args['x'] as Operand);
    let part = b.cast(args['y'] as Operand, x.aval.dtype);
    const { shape } = x.aval;
    const sizes = part.aval.shape;
    const starts = (args['start_indices'] as readonly Operand[]).map((v) => integerIndex(b, v));
    if (starts.length !== shape.length || sizes.length !== shape.length) {
      fail(
        'E_SHAPE_MISMATCH',
        `dynamic_update_slice needs a start and an axis of y for each of ${shape.length} axes: given ${starts.length} and ${sizes.length}.`,
      );
    }
    let inside: Value = b.lift(true);
    let empty = false;
    shape.forEach((d, axis) => {
      const n = sizes[axis];
      if (n > d) fail('E_SHAPE_MISMATCH', `y has ${n} elements on axis ${axis}, and x has ${d}.`);
      if (starts[axis].aval.shape.length > 0) fail('E_SHAPE_MISMATCH', `The start of axis ${axis} must be a scalar.`);
      empty ||= n === 0;
      if (n === d || empty) return;
      const from = b.minimum(b.maximum(starts[axis], 0n), BigInt(d - n));
      // Where each place of x lies in y, if it does.
      const at = b.subtract(iota(b, d), from);
      const here = b.logical_and(b.greater_equal(at, 0n), b.less(at, BigInt(n)));
      part = b.gather(part, b.where(here, at, 0n), { axis });
      inside = b.logical_and(inside, b.reshape(here, { shape: shape.map((_s, i) => (i === axis ? d : 1)) }));
    });
    return empty ? x : b.where(inside, part, x);
  },
});
