// Variance.

import { normalizeAxes } from '../ir/aval.ts';
import type { DType } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { groupCount } from '../families/reduction.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

export const var_ = composite({
  name: 'var',
  family: 'reduction',
  doc: {
    text: 'Variance over axes: the mean squared distance from the mean, with `correction` taken off the count.',
    math: 'Σ (x − x̄)² / (n − c)',
    source: 'Array API 2024.12, var',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'axis', kind: 'axes', default: null },
    { name: 'dtype', kind: 'dtype', default: null, keyword: true },
    { name: 'ddof', kind: 'float', default: 0, keyword: true, doc: 'Another name for correction.' },
    { name: 'keepdims', kind: 'bool', default: false, keyword: true },
    { name: 'where', kind: 'tensor', default: null, keyword: true, doc: 'Elements to include.' },
    {
      name: 'correction',
      kind: 'float',
      default: null,
      keyword: true,
      doc: 'Taken off the count; 0 by default, 1 for samples.',
    },
  ],
  samples: [
    { operands: [{ shape: [5] }] },
    { operands: [{ shape: [2, 3, 4] }], attrs: { axis: [0, -1], correction: 1 } },
    { operands: [{ shape: [3, 4] }], attrs: { axis: 1, keepdims: true } },
  ],
  body(b, args) {
    const dtype = args['dtype'] as DType | null;
    const x = dtype === null ? b.promote([args['x'] as Operand], 'float')[0] : b.cast(args['x'] as Operand, dtype);
    const axis = normalizeAxes(args['axis'] as number | number[] | null, x.aval.shape.length);
    const keepdims = args['keepdims'] as boolean;
    const mask = args['where'] as Operand | null;
    const [ddof, given] = [args['ddof'] as number, args['correction'] as number | null];
    if (given !== null && ddof !== 0 && ddof !== given)
      fail('E_ATTRIBUTE', `ddof=${ddof} and correction=${given} are the same thing.`, 'Give one of them.');
    const correction = given ?? ddof;
    const distance = b.subtract(x, b.mean(x, { axis, keepdims: true, where: mask }));
    const total = b.sum(b.multiply(distance, distance), { axis, keepdims, where: mask });
    const count = groupCount(b, x.aval, axis, mask, keepdims);
    if (typeof count === 'number') return b.divide(total, Math.max(0, count - correction));
    return b.divide(total, correction === 0 ? count : b.maximum(b.subtract(count, correction), 0));
  },
});
