// Slices written at tuples of indices.

import { sameShape, showAval, showShape, sizeOf } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { linearPositions } from '../families/indexing.ts';
import { onnxReductions, scatterAlong, scatterModeOf } from '../families/scatter.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

export const scatter_nd = composite({
  name: 'scatter_nd',
  family: 'indexing',
  doc: {
    text: 'x with the slices of updates put (none) or combined at index tuples, the last axis of indices. Of several that are put in one place the last wins.',
    source: 'ONNX ScatterND-18',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'indices', kind: 'tensor' },
    { name: 'updates', kind: 'tensor' },
    { name: 'reduction', kind: 'enum', values: onnxReductions, default: 'none' },
  ],
  samples: [
    { operands: [{ shape: [2, 3] }, { shape: [2, 2], dtype: 'int64', values: [0, 1, 1, -1] }, { shape: [2] }] },
    {
      operands: [{ shape: [3, 2] }, { shape: [2, 1], dtype: 'int64', values: [2, 2] }, { shape: [2, 2] }],
      attrs: { reduction: 'add' },
    },
  ],
  body(b, args) {
    const x = b.lift(args['x'] as Operand);
    const index = b.lift(args['indices'] as Operand);
    const updates = b.cast(args['updates'] as Operand, x.aval.dtype);
    const { shape } = x.aval;
    if (index.aval.shape.length === 0)
      fail('E_SHAPE_MISMATCH', `indices need an axis of tuples, and are ${showAval(index.aval)}.`);
    const positions = linearPositions(b, x.aval, index, 0);
    const depth = index.aval.shape[index.aval.shape.length - 1];
    const want = [...positions.aval.shape, ...shape.slice(depth)];
    if (!sameShape(updates.aval.shape, want)) {
      fail('E_SHAPE_MISMATCH', `updates must have the shape ${showShape(want)} and are ${showAval(updates.aval)}.`);
    }
    const merged = b.reshape(x, { shape: [sizeOf(shape.slice(0, depth)), ...shape.slice(depth)] });
    const mode = scatterModeOf(args['reduction'] as string);
    return b.reshape(scatterAlong(b, merged, positions, updates, 0, mode), { shape });
  },
});
