// Numbers in place of NaN and infinities.

import { isFloat } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

/** The largest finite number of each float dtype. */
const largest = { float32: (2 - 2 ** -23) * 2 ** 127, float64: Number.MAX_VALUE };

export const nan_to_num = composite({
  name: 'nan_to_num',
  family: 'elementwise',
  doc: {
    text: 'Replaces NaN (by 0) and infinities (by the largest finite numbers); where an element is replaced its slope is 0.',
    source: 'numpy.nan_to_num',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'copy', kind: 'bool', default: true, doc: 'Without meaning: arrays do not change.' },
    { name: 'nan', kind: 'tensor', default: 0, doc: 'In place of NaN.' },
    { name: 'posinf', kind: 'tensor', default: null, doc: 'In place of ∞.' },
    { name: 'neginf', kind: 'tensor', default: null, doc: 'In place of −∞.' },
  ],
  samples: [{ operands: [{ shape: [5] }] }, { operands: [{ shape: [2] }, { shape: [] }] }],
  body(b, { x: given, nan, posinf, neginf }) {
    const x = b.lift(given as Operand);
    const { dtype } = x.aval;
    if (!isFloat(dtype)) return x;
    const put = (mask: 'isnan' | 'isposinf' | 'isneginf', by: Operand, y: Operand) =>
      b.where(b[mask](x), b.cast(by, dtype), y);
    const high = put('isposinf', (posinf as Operand | null) ?? largest[dtype], x);
    const low = put('isneginf', (neginf as Operand | null) ?? -largest[dtype], high);
    return put('isnan', nan as Operand, low);
  },
});
