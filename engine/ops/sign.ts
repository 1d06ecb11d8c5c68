// Sign.

import { elementwise } from '../families/elementwise.ts';

export const sign = elementwise({
  name: 'sign',
  doc: { text: '−1, 0 or 1 by the sign of the number; zero keeps its sign, NaN stays NaN.' },
  operands: ['x'],
  accepts: 'number',
  lower: (v, x) => v.use('sign', x),
  eval: Math.sign,
  evalInteger: (x) => (x > 0n ? 1n : x < 0n ? -1n : 0n),
  differentiable: 'zero',
});
