// Zeros of the shape and dtype of another array.

import type { DType, Shape } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { requireShape } from '../families/creation.ts';
import type { Operand } from '../op.ts';

export const empty_like = composite({
  name: 'empty_like',
  family: 'creation',
  doc: { text: 'An array that holds zeros, of the shape and dtype of x.', source: 'Array API 2024.12, empty_like' },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'dtype', kind: 'dtype', default: null },
    { name: 'shape', kind: 'shape', default: null },
  ],
  differentiable: 'zero',
  samples: [
    { operands: [{ shape: [2, 3] }] },
    { operands: [{ shape: [] }], attrs: { dtype: 'int32' } },
    { operands: [{ shape: [3] }], attrs: { shape: [2] } },
  ],
  body(b, args) {
    const x = b.avalOf(args['x'] as Operand);
    const dtype = (args['dtype'] as DType | null) ?? x.dtype;
    return b.zeros({ dtype, shape: requireShape((args['shape'] as Shape | null) ?? x.shape) });
  },
});
