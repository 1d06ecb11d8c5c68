// Sign.

import { elementwise } from '../families/elementwise.ts';

export const sign = elementwise({
  name: 'sign',
  doc: { text: '−1, 0 or 1 by the sign of the number; zero keeps its sign, NaN stays NaN.' },
  operands: ['x'],
  accepts: 'number',
  eval: Math.sign,
  evalInteger: (x) => (x > 0n ? 1n : x < 0n ? -1n : 0n),
  lower: (v, x) => v.use('sign', x),
  // A mask as an integer is −1.
  lowerInteger: (v, x) => v.sub(v.asInt(v.lt(x, v.const(0))), v.asInt(v.gt(x, v.const(0)))),
  lowerBool: (_v, x) => x,
  differentiable: 'zero',
  laws: { settles: true },
});
