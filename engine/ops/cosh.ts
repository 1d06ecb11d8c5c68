// Hyperbolic cosine.

import { elementwise } from '../families/elementwise.ts';
import { cosh as coshOf } from '../numeric/elementary.ts';

export const cosh = elementwise({
  name: 'cosh',
  doc: { text: 'Hyperbolic cosine.', math: '(e^x + e^−x) / 2' },
  operands: ['x'],
  accepts: 'float',
  eval: coshOf,
  lower: (v, x) => v.use('cosh', x),
  partials: [(b, [x]) => b.sinh(x)],
  cost: 10,
  laws: { even: true },
});
