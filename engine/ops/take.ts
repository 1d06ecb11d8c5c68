// Elements at indices along an axis.

import { isFloat, normalizeAxis } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import { composite } from '../families/composite.ts';
import type { OutOfBounds } from '../families/indexing.ts';
import { boundIndex, integerIndex } from '../families/indexing.ts';
import { lowest } from '../families/reduction.ts';
import type { Operand } from '../op.ts';

export const take = composite({
  name: 'take',
  family: 'indexing',
  aliases: ['select_index'],
  doc: {
    text:
      'The slices at integer indices along an axis (of the flattened array by default). Negative indices count from the end; others out of bounds ' +
      'are an error, the nearest end (clip), wrapped around (wrap) or a fill value (fill: NaN by default).',
    source: 'Array API 2024.12, take; jax.numpy.take',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'indices', kind: 'tensor' },
    { name: 'axis', kind: 'axis', default: null },
    { name: 'mode', kind: 'enum', values: ['error', 'clip', 'wrap', 'fill'], default: 'error', keyword: true },
    { name: 'fill_value', kind: 'tensor', default: null, keyword: true },
  ],
  samples: [
    { operands: [{ shape: [4] }, { shape: [3], dtype: 'int64', values: [0, -1, 0] }] },
    { operands: [{ shape: [2, 3] }, { shape: [2, 2], dtype: 'int64', values: [2, 0, 1, 1] }], attrs: { axis: 1 } },
    {
      operands: [{ shape: [3] }, { shape: [3], dtype: 'int64', values: [5, -7, 1] }],
      attrs: { axis: 0, mode: 'clip' },
    },
    {
      operands: [{ shape: [3] }, { shape: [3], dtype: 'int64', values: [5, -7, 1] }],
      attrs: { axis: 0, mode: 'wrap' },
    },
    { operands: [{ shape: [3, 2] }, { shape: [], dtype: 'int64', values: [1] }], attrs: { axis: 0 } },
  ],
  body(b, args) {
    const flat = args['axis'] === null;
    const x = flat ? b.ravel(args['x'] as Operand) : b.lift(args['x'] as Operand);
    const axis = flat ? 0 : normalizeAxis(args['axis'] as number, x.aval.shape.length);
    const indices = args['indices'] as Operand;
    const mode = args['mode'] as OutOfBounds | 'fill';
    if (mode === 'fill') return takeOrFill(b, x, integerIndex(b, indices), axis, args['fill_value'] as Operand | null);
    return b.gather(x, boundIndex(b, indices, x.aval.shape[axis], axis, mode), { axis });
  },
});

function takeOrFill(b: Builder, x: Value, index: Value, axis: number, given: Operand | null): Value {
  const { dtype, shape } = x.aval;
  const size = BigInt(shape[axis]);
  const fill = b.cast(given ?? (isFloat(dtype) ? NaN : lowest(dtype)), dtype);
  const out = [...shape.slice(0, axis), ...index.aval.shape, ...shape.slice(axis + 1)];
  if (size === 0n) return b.broadcast(fill, out);
  const at = b.where(b.less(index, 0n), b.add(index, size), index);
  const inside = b.logical_and(b.greater_equal(at, 0n), b.less(at, size));
  const taken = b.gather(x, b.where(inside, at, 0n), { axis });
  const mask = b.reshape(inside, { shape: [...index.aval.shape, ...shape.slice(axis + 1).map(() => 1)] });
  return b.where(mask, taken, fill);
}
