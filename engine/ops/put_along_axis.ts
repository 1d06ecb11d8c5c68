// Elements replaced at one index for every place along an axis.

import { broadcastShapes, normalizeAxis } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { scatterElements } from '../families/scatter.ts';
import type { Operand } from '../op.ts';

export const put_along_axis = composite({
  name: 'put_along_axis',
  family: 'indexing',
  doc: {
    text: 'x with values put at indices along an axis, the inverse of take_along_axis; values broadcast to the indices.',
    source: 'jax.numpy.put_along_axis with inplace=False',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'indices', kind: 'tensor' },
    { name: 'values', kind: 'tensor' },
    { name: 'axis', kind: 'int', default: -1 },
  ],
  samples: [
    {
      operands: [{ shape: [2, 3] }, { shape: [2, 1], dtype: 'int64', values: [2, 0] }, { shape: [] }],
      attrs: { axis: 1 },
    },
  ],
  body(b, args) {
    const x = b.lift(args['x'] as Operand);
    const axis = normalizeAxis(args['axis'] as number, x.aval.shape.length);
    const given = b.lift(args['indices'] as Operand);
    const lead = x.aval.shape.map((d, i) => (i === axis ? 1 : d));
    const shape = broadcastShapes([given.aval.shape, lead], ['indices', 'x']);
    const values = b.broadcast(b.cast(args['values'] as Operand, x.aval.dtype), shape);
    return scatterElements(b, x, b.broadcast(given, shape), values, axis, 'set');
  },
});
