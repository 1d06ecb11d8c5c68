// Hyperbolic sine.

import { elementwise } from '../families/elementwise.ts';
import { sinh as sinhOf } from '../numeric/elementary.ts';

export const sinh = elementwise({
  name: 'sinh',
  doc: { text: 'Hyperbolic sine.', math: '(e^x − e^−x) / 2' },
  operands: ['x'],
  accepts: 'float',
  eval: sinhOf,
  lower: (v, x) => v.use('sinh', x),
  partials: [(b, [x]) => b.cosh(x)],
  cost: 10,
});
