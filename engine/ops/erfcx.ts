// Scaled complementary error function.

import { elementwise } from '../families/elementwise.ts';
import { erfcx as erfcxOf } from '../numeric/erf.ts';

export const erfcx = elementwise({
  name: 'erfcx',
  family: 'special',
  doc: { text: 'The complementary error function without its exponential decay.', math: 'e^x² erfc(x)' },
  operands: ['x'],
  accepts: 'float',
  eval: erfcxOf,
  lower: (v, x) => v.use('erfcx', x),
  partials: [(b, [x], y) => b.subtract(b.multiply(b.multiply(x, y), 2), 2 / Math.sqrt(Math.PI))],
  domain: [[-1, 3]],
  cost: 20,
});
