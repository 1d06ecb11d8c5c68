// Logarithm of one less an exponential.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const log1mexp = composite({
  name: 'log1mexp',
  family: 'activation',
  doc: {
    text: 'Logarithm of 1 − e^−x for x above 0, accurate at both ends.',
    math: 'ln(1 − e^−x)',
    source: 'Mächler 2012',
  },
  params: [{ name: 'x', kind: 'tensor' }],
  samples: [{ operands: [{ shape: [4], values: [0.1, 0.5, 1, 3] }] }],
  body(b, args) {
    const [x] = b.promote([args['x'] as Operand], 'float');
    const minus = b.negative(x);
    return b.where(b.less(x, Math.LN2), b.log(b.negative(b.expm1(minus))), b.log1p(b.negative(b.exp(minus))));
  },
});
