// Negation.

import { elementwise, refuseBool } from '../families/elementwise.ts';

export const negative = elementwise({
  name: 'negative',
  doc: { text: 'Numerical negative, element by element.', math: '−x' },
  aliases: ['neg'],
  operands: ['x'],
  accepts: 'number',
  eval: (x) => -x,
  evalInteger: (x) => -x,
  lower: (v, x) => v.neg(x),
  lowerInteger: (v, x) => v.neg(x),
  partials: [() => -1],
  jvp: (b, { tangents: [t] }) => b.negative(t!),
  before: refuseBool('negative', 'logical_not(x) turns true and false around.'),
  linear: [0],
  transpose: [(b, ct) => b.negative(ct)],
  embedding: () => ({ operand: 0, zeros: false, gather: (_b, d) => d }),
  laws: { undoesItself: true, negates: true },
});
