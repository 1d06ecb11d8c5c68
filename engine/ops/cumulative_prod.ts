// Running product, as the Array API has it.

import { isInteger, normalizeAxis, showAval } from '../ir/aval.ts';
import type { DType } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { withSize } from '../families/manipulation.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

export const cumulative_prod = composite({
  name: 'cumulative_prod',
  family: 'scan',
  doc: {
    text: 'Running product along an axis, which only a vector may leave out; with include_initial it starts at 1.',
    source: 'Array API 2024.12, cumulative_prod',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'axis', kind: 'axis', default: null, keyword: true },
    { name: 'dtype', kind: 'dtype', default: null, keyword: true },
    { name: 'include_initial', kind: 'bool', default: false, keyword: true },
  ],
  samples: [
    { operands: [{ shape: [4] }] },
    { operands: [{ shape: [2, 3] }], attrs: { axis: 1, include_initial: true } },
    { operands: [{ shape: [0] }], attrs: { include_initial: true } },
  ],
  body(b, args) {
    const x = b.lift(args['x'] as Operand);
    const rank = x.aval.shape.length;
    if (rank === 0) fail('E_SHAPE_MISMATCH', 'cumulative_prod needs an axis to run along, and x is a scalar.');
    if (args['axis'] === null && rank > 1)
      fail(
        'E_ATTRIBUTE',
        `cumulative_prod of ${showAval(x.aval)} needs axis.`,
        'cumprod runs through the flattened array.',
      );
    const axis = normalizeAxis((args['axis'] as number | null) ?? 0, rank);
    const wide = isInteger(x.aval.dtype) ? 'int64' : null;
    const y = b.cumprod(x, { axis, dtype: (args['dtype'] as DType | null) ?? wide });
    if (args['include_initial'] !== true) return y;
    const first = b.broadcast(b.cast(1, y.aval.dtype), withSize(y.aval.shape, axis, 1));
    return b.concat([first, y], { axis });
  },
});
