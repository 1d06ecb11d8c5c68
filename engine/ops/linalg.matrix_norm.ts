// Matrix norms.

import { showAval } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { fail } from '../errors.ts';
import type { AttrValue, Operand } from '../op.ts';

export const linalg_matrix_norm = composite({
  name: 'linalg.matrix_norm',
  family: 'linalg',
  doc: {
    text: 'Norm of the matrices of the last two axes: "fro", 1, -1, inf or -inf. At zero the gradient is 0.',
    source: 'Array API 2024.12, linalg.matrix_norm',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'keepdims', kind: 'bool', default: false, keyword: true },
    { name: 'ord', kind: 'any', default: 'fro', keyword: true },
  ],
  samples: [{ operands: [{ shape: [2, 3] }] }, { operands: [{ shape: [2, 2, 3] }], attrs: { ord: 1, keepdims: true } }],
  body(b, args) {
    const x = b.lift(args['x'] as Operand);
    if (x.aval.shape.length < 2)
      fail('E_SHAPE_MISMATCH', `A matrix norm needs two axes or more: x is ${showAval(x.aval)}.`);
    return b.linalg_norm(x, { ord: args['ord'] as AttrValue, axis: [-2, -1], keepdims: args['keepdims'] as boolean });
  },
});
