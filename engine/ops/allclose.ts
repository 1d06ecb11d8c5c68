// Equality of arrays within a tolerance.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const allclose = composite({
  name: 'allclose',
  family: 'elementwise',
  doc: {
    text: 'Whether all elements differ by no more than a tolerance that is relative to y.',
    source: 'numpy.allclose',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'y', kind: 'tensor' },
    { name: 'rtol', kind: 'float', default: 1e-5 },
    { name: 'atol', kind: 'float', default: 1e-8 },
    { name: 'equal_nan', kind: 'bool', default: false, doc: 'Whether NaN is close to NaN.' },
  ],
  differentiable: 'no',
  samples: [{ operands: [{ shape: [4] }, { shape: [4] }] }],
  body: (b, { x, y, rtol, atol, equal_nan: equalNaN }) =>
    b.all(
      b.isclose(x as Operand, y as Operand, {
        rtol: rtol as number,
        atol: atol as number,
        equal_nan: equalNaN as boolean,
      }),
    ),
});
