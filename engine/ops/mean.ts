// Arithmetic mean.

import { normalizeAxes } from '../ir/aval.ts';
import type { DType } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { groupCount } from '../families/reduction.ts';
import type { Operand } from '../op.ts';

export const mean = composite({
  name: 'mean',
  family: 'reduction',
  aliases: ['reduce_mean'],
  doc: {
    text: 'Arithmetic mean over axes (all by default); integers become floats, and the mean of nothing is NaN.',
    math: 'Σ x / n',
    source: 'Array API 2024.12, mean',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'axis', kind: 'axes', default: null },
    { name: 'dtype', kind: 'dtype', default: null, keyword: true },
    { name: 'keepdims', kind: 'bool', default: false, keyword: true },
    { name: 'where', kind: 'tensor', default: null, keyword: true, doc: 'Elements to include.' },
  ],
  samples: [
    { operands: [{ shape: [5] }] },
    { operands: [{ shape: [2, 3, 4] }], attrs: { axis: [0, -1] } },
    { operands: [{ shape: [3, 4] }], attrs: { axis: 1, keepdims: true } },
    { operands: [{ shape: [3], dtype: 'int64', range: [-5, 5] }] },
    { operands: [{ shape: [] }] },
  ],
  body(b, args) {
    const dtype = args['dtype'] as DType | null;
    const x = dtype === null ? b.promote([args['x'] as Operand], 'float')[0] : b.cast(args['x'] as Operand, dtype);
    const axis = normalizeAxes(args['axis'] as number | number[] | null, x.aval.shape.length);
    const keepdims = args['keepdims'] as boolean;
    const mask = args['where'] as Operand | null;
    const total = b.sum(x, { axis, keepdims, where: mask });
    const count = groupCount(b, x.aval, axis, mask, keepdims);
    // 0 / 0 would have the tangent NaN, beside an empty gradient: forward and reverse mode must agree.
    return count === 0 ? b.add(total, NaN) : b.divide(total, count);
  },
});
