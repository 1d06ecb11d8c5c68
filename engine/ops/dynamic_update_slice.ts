// A part replaced at a place that is computed.

import type { Value } from '../ir/graph.ts';
import { composite } from '../families/composite.ts';
import { iotaAlong } from '../families/creation.ts';
import { integerIndex, linearIndex } from '../families/indexing.ts';
import { sizeOf } from '../ir/aval.ts';
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
    const part = b.cast(args['y'] as Operand, x.aval.dtype);
    const { shape } = x.aval;
    const sizes = part.aval.shape;
    const starts = (args['start_indices'] as readonly Operand[]).map((v) => integerIndex(b, v));
    if (starts.length !== shape.length || sizes.length !== shape.length) {
      fail(
        'E_SHAPE_MISMATCH',
        `dynamic_update_slice needs a start and an axis of y for each of ${shape.length} axes: given ${starts.length} and ${sizes.length}.`,
      );
    }
    let empty = false;
    const from = shape.map((d, axis) => {
      const n = sizes[axis];
      if (n > d) fail('E_SHAPE_MISMATCH', `y has ${n} elements on axis ${axis}, and x has ${d}.`);
      if (starts[axis].aval.shape.length > 0) fail('E_SHAPE_MISMATCH', `The start of axis ${axis} must be a scalar.`);
      empty ||= n === 0;
      return n === d || empty ? null : b.minimum(b.maximum(starts[axis], 0n), BigInt(d - n));
    });
    const first = from.findIndex((start) => start !== null);
    if (empty) return x;
    if (first < 0) return part;
    // The axes that are not replaced as a whole, and those between them, as one: there the places are numbers.
    const end = 1 + from.findLastIndex((start) => start !== null);
    const merged = sizes.slice(first, end);
    const places = from.slice(first, end).map((start, k) => {
      const along = iotaAlong(b, merged, k);
      return start === null ? along : b.add(b.broadcast(start, merged), along);
    });
    const flat = (v: Value, d: number): Value =>
      b.reshape(v, { shape: [...v.aval.shape.slice(0, first), d, ...v.aval.shape.slice(end)] });
    const index = b.reshape(linearIndex(b, shape.slice(first, end), places), { shape: [sizeOf(merged)] });
    const whole = flat(x, sizeOf(shape.slice(first, end)));
    const set = b.scatter_set_along(whole, index, flat(part, sizeOf(merged)), { axis: first, distinct: true });
    return b.reshape(set, { shape });
  },
});
