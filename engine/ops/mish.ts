// Self-regularised unit.

import { elementwise } from '../families/elementwise.ts';
import { bounded } from '../families/exponentials.ts';
import { tanh } from '../numeric/elementary.ts';
import { softplus } from '../numeric/logistic.ts';

export const mish = elementwise({
  name: 'mish',
  family: 'activation',
  doc: { text: 'x times the hyperbolic tangent of the softplus of x.', math: 'x tanh(ln(1 + e^x))' },
  operands: ['x'],
  accepts: 'float',
  eval: (x) => (x === -Infinity ? -0 : x * tanh(softplus(x))),
  lower: (v, x) => v.use('mish', x),
  partials: [
    (b, [x]) => {
      const y = b.tanh(b.softplus(x));
      const slope = b.multiply(b.subtract(1, b.square(y)), b.sigmoid(x));
      return b.add(y, b.multiply(bounded(b, x), slope));
    },
  ],
  cost: 40,
});
