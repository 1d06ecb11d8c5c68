// x.at[index].set(y) and its relatives: an array with some elements replaced or combined.

import type { Aval } from '../ir/aval.ts';
import { broadcastShapes, isFloat, sameShape, showAval, showShape } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import { composite } from '../families/composite.ts';
import type { ScatterMode } from '../families/scatter.ts';
import { scatterAlong } from '../families/scatter.ts';
import type { Subscript } from '../families/subscript.ts';
import { applySlices, isWhole, mergePicked, readSubscript, undoSlices, unmergePicked } from '../families/subscript.ts';
import { fail } from '../errors.ts';
import type { AttrValue, Operand } from '../op.ts';

const modes = ['set', 'add', 'subtract', 'multiply', 'divide', 'min', 'max'] as const;

export const index_update = composite({
  name: 'index_update',
  family: 'indexing',
  doc: {
    text:
      'The array with the part that an index describes (see getitem) replaced by y, or combined with it; y broadcasts to that part. Of several ' +
      'updates of one element `set` keeps the last, which alone has a gradient; the other modes combine all of them.',
    source: 'jax.numpy.ndarray.at',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'y', kind: 'tensor' },
    { name: 'indices', kind: 'tensors', default: [] },
    { name: 'index', kind: 'index' },
    { name: 'mode', kind: 'enum', values: modes, default: 'set' },
  ],
  samples: [
    { operands: [{ shape: [5] }, { shape: [2] }], attrs: { index: [{ slice: [1, 4, 2] }] } },
    { operands: [{ shape: [5] }, { shape: [] }], attrs: { index: [{ slice: [null, null, -2] }], mode: 'add' } },
    {
      operands: [{ shape: [4, 2] }, { shape: [3, 2] }, { shape: [3], dtype: 'int64', values: [0, 2, 0] }],
      attrs: { index: [{ array: 0 }] },
    },
    {
      operands: [{ shape: [4, 2] }, { shape: [3, 1] }, { shape: [3], dtype: 'int64', values: [0, 2, 0] }],
      attrs: { index: [{ array: 0 }, { slice: [0, 1, null] }], mode: 'multiply' },
    },
    {
      operands: [{ shape: [2, 4] }, { shape: [2, 3] }, { shape: [3], dtype: 'int64', values: [0, 2, 0] }],
      attrs: { index: ['...', { array: 0 }], mode: 'max' },
    },
    { operands: [{ shape: [3] }, { shape: [], range: [0.5, 2] }], attrs: { index: [1], mode: 'divide' } },
  ],
  body(b, args) {
    const x = b.lift(args['x'] as Operand);
    const index = args['index'] as AttrValue;
    const indices = args['indices'] as readonly Operand[];
    const mode = args['mode'] as (typeof modes)[number];
    const y = fitting(b, args['y'] as Operand, x.aval, mode);
    if (mode === 'subtract') return b.index_update(x, b.negative(y), indices, { index, mode: 'add' });
    if (mode === 'divide') {
      return b.divide(x, b.index_update(b.fill(x.aval, 1), y, indices, { index, mode: 'multiply' }));
    }
    const at = readSubscript(b, x.aval, index, indices);
    return update(b, x, partShaped(b, y, at), at, mode);
  },
});

/** y in the dtype of x, where that loses nothing of its kind. */
function fitting(b: Builder, y: Operand, x: Aval, mode: string): Value {
  const given = b.avalOf(y);
  if ((isFloat(given.dtype) && !isFloat(x.dtype)) || (mode === 'divide' && !isFloat(x.dtype))) {
    fail(
      'E_DTYPE',
      `${showAval(x)} cannot take in ${showAval(given)} by ${mode}: x has no fractions.`,
      "astype(x, 'float64') has.",
    );
  }
  return b.cast(y, x.dtype);
}

function partShaped(b: Builder, y: Value, { shape }: Subscript): Value {
  const fits =
    y.aval.shape.length <= shape.length && sameShape(broadcastShapes([y.aval.shape, shape], ['y', 'x[index]']), shape);
  if (!fits) {
    fail(
      'E_SHAPE_MISMATCH',
      `y of shape ${showShape(y.aval.shape)} does not broadcast to x[index] of shape ${showShape(shape)}.`,
    );
  }
  return b.broadcast(y, shape);
}

function update(b: Builder, x: Value, y: Value, { slices, picked }: Subscript, mode: ScatterMode): Value {
  const whole = isWhole(slices, x.aval.shape);
  // What is added to a part is zero elsewhere, so the whole need not be cut up.
  const part = mode === 'add' && !whole ? b.zeros(applySlices(b, x, slices).aval) : applySlices(b, x, slices);
  let changed: Value;
  if (picked === null) changed = combine(b, part, b.reshape(y, { shape: part.aval.shape }), mode);
  else {
    const merged = mergePicked(b, part, picked);
    const { shape } = merged.aval;
    const updates = b.reshape(y, {
      shape: [...shape.slice(0, picked.place), ...picked.index.aval.shape, ...shape.slice(picked.place + 1)],
    });
    changed = unmergePicked(
      b,
      scatterAlong(b, merged, picked.index, updates, picked.place, mode),
      picked,
      part.aval.shape,
    );
  }
  if (whole) return changed;
  const back = undoSlices(b, changed, slices, x.aval.shape);
  if (mode === 'add') return b.add(x, back);
  const mask = undoSlices(b, b.broadcast(b.lift(true), part.aval.shape), slices, x.aval.shape);
  return b.where(mask, back, x);
}

function combine(b: Builder, x: Value, y: Value, mode: ScatterMode): Value {
  switch (mode) {
    case 'set':
      return y;
    case 'add':
      return b.add(x, y);
    case 'multiply':
      return b.multiply(x, y);
    case 'min':
      return b.minimum(x, y);
    case 'max':
      return b.maximum(x, y);
  }
}
