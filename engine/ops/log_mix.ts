// Logarithm of a mixture of two densities.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const log_mix = composite({
  name: 'log_mix',
  family: 'special',
  doc: {
    text: 'Logarithm of a mixture of two densities that are given by their logarithms x and y, the first with weight theta.',
    math: 'ln(theta e^x + (1 − theta) e^y)',
    source: 'Stan',
  },
  params: [
    { name: 'theta', kind: 'tensor' },
    { name: 'x', kind: 'tensor' },
    { name: 'y', kind: 'tensor' },
  ],
  samples: [{ operands: [{ shape: [], range: [0.2, 0.8] }, { shape: [3] }, { shape: [3] }] }],
  body(b, args) {
    const [theta, x, y] = b.promote([args['theta'], args['x'], args['y']] as Operand[], 'float');
    return b.logaddexp(b.add(b.log(theta), x), b.add(b.log1p(b.negative(theta)), y));
  },
});
