// One number in the shape and dtype of another array.

import type { DType, Shape } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { requireShape } from '../families/creation.ts';
import type { Operand } from '../op.ts';

export const full_like = composite({
  name: 'full_like',
  family: 'creation',
  doc: {
    text: 'An array of the shape and dtype of x filled with a value, which is differentiable.',
    source: 'Array API 2024.12, full_like',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'fill_value', kind: 'tensor' },
    { name: 'dtype', kind: 'dtype', default: null },
    { name: 'shape', kind: 'shape', default: null },
  ],
  samples: [{ operands: [{ shape: [2, 3] }, { shape: [] }] }, { operands: [{ shape: [2, 2] }, { shape: [2] }] }],
  body(b, args) {
    const x = b.avalOf(args['x'] as Operand);
    const value = b.cast(args['fill_value'] as Operand, (args['dtype'] as DType | null) ?? x.dtype);
    return b.broadcast(value, requireShape((args['shape'] as Shape | null) ?? x.shape));
  },
});
