// Variance.

import { normalizeAxes } from '../ir/aval.ts';
import type { DType } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { spreadParams, spreadSamples } from '../families/spread.ts';
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
  params: spreadParams,
  samples: spreadSamples,
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
