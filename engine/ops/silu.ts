// Sigmoid linear unit.

import { elementwise } from '../families/elementwise.ts';
import { bounded } from '../families/exponentials.ts';
import { sigmoid } from '../numeric/logistic.ts';

export const silu = elementwise({
  name: 'silu',
  family: 'activation',
  doc: { text: 'x times the logistic function of x.', math: 'x / (1 + e^−x)' },
  aliases: ['swish'],
  operands: ['x'],
  accepts: 'float',
  eval: (x) => (x === -Infinity ? -0 : x * sigmoid(x)),
  lower: (v, x) => v.use('silu', x),
  // σ(x) (1 + x σ(−x))
  partials: [(b, [x]) => b.multiply(b.sigmoid(x), b.add(b.multiply(bounded(b, x), b.sigmoid(b.negative(x))), 1))],
  cost: 13,
});
