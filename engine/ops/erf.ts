// Error function.

import { elementwise } from '../families/elementwise.ts';
import { erf as erfOf } from '../numeric/erf.ts';

export const erf = elementwise({
  name: 'erf',
  family: 'special',
  doc: { text: 'Error function.', math: '2/√π ∫₀ˣ e^−t² dt' },
  operands: ['x'],
  accepts: 'float',
  eval: erfOf,
  lower: (v, x) => v.use('erf', x),
  partials: [(b, [x]) => b.multiply(b.exp(b.negative(b.square(x))), 2 / Math.sqrt(Math.PI))],
  cost: 20,
});
