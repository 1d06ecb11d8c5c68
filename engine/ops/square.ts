// Square.

import { elementwise } from '../families/elementwise.ts';

export const square = elementwise({
  name: 'square',
  doc: { text: 'The square of each element.', math: 'x²' },
  operands: ['x'],
  accepts: 'number',
  eval: (x) => x * x,
  evalInteger: (x) => x * x,
  lower: (v, x) => v.mul(x, x),
  lowerInteger: (v, x) => v.mul(x, x),
  partials: [(b, [x]) => b.multiply(x, 2)],
  // As x ** 2 does, and JAX.
  before: (b, [x]) => (b.avalOf(x).dtype === 'bool' ? b.square(b.cast(x, 'int64')) : null),
  laws: { rewrite: (b, [x]) => b.multiply(x, x) },
});
