// Equality within a tolerance.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const isclose = composite({
  name: 'isclose',
  family: 'elementwise',
  doc: {
    text: 'Whether elements differ by no more than a tolerance that is relative to y; infinities are close when equal.',
    math: '|x − y| ≤ atol + rtol |y|',
    source: 'numpy.isclose',
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
  body(b, args) {
    const [x, y] = b.promote([args['x'] as Operand, args['y'] as Operand], 'float');
    const tolerance = b.add(b.multiply(b.abs(y), args['rtol'] as number), args['atol'] as number);
    const near = b.logical_and(b.less_equal(b.abs(b.subtract(x, y)), tolerance), b.isfinite(y));
    const close = b.logical_or(near, b.equal(x, y));
    return args['equal_nan'] === true ? b.logical_or(close, b.logical_and(b.isnan(x), b.isnan(y))) : close;
  },
});
