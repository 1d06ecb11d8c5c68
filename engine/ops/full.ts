// An array of one number.

import type { DType, Shape } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { requireShape } from '../families/creation.ts';
import type { Operand } from '../op.ts';

export const full = composite({
  name: 'full',
  family: 'creation',
  doc: {
    text: 'An array filled with a value, which broadcasts to the shape and is differentiable.',
    source: 'Array API 2024.12, full',
  },
  params: [
    { name: 'shape', kind: 'shape' },
    { name: 'fill_value', kind: 'tensor' },
    { name: 'dtype', kind: 'dtype', default: null },
  ],
  samples: [
    { operands: [{ shape: [] }], attrs: { shape: [2, 3] } },
    { operands: [{ shape: [3] }], attrs: { shape: [2, 3] } },
  ],
  body(b, args) {
    const dtype = args['dtype'] as DType | null;
    const value = dtype === null ? b.lift(args['fill_value'] as Operand) : b.cast(args['fill_value'] as Operand, dtype);
    return b.broadcast(value, requireShape(args['shape'] as Shape));
  },
});
