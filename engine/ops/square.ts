// Square.

import { elementwise } from '../families/elementwise.ts';

export const square = elementwise({
  name: 'square',
  doc: { text: 'The square of each element.', math: 'x²' },
  operands: ['x'],
  accepts: 'number',
  eval: (x) => x * x,
  evalInteger: (x) => x * x,
  partials: [(b, [x]) => b.multiply(x, 2)],
});
