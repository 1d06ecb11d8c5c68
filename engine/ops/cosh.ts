// Hyperbolic cosine.

import { elementwise } from '../families/elementwise.ts';

export const cosh = elementwise({
  name: 'cosh',
  doc: { text: 'Hyperbolic cosine.', math: '(e^x + e^−x) / 2' },
  operands: ['x'],
  accepts: 'float',
  eval: Math.cosh,
  partials: [(b, [x]) => b.sinh(x)],
  cost: 10,
});
