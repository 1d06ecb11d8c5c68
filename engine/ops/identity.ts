// The value as it is.

import { elementwise } from '../families/elementwise.ts';

export const identity = elementwise({
  name: 'identity',
  doc: { text: 'The value itself, under a name of its own.', math: 'x' },
  aliases: ['copy', 'clone'],
  operands: ['x'],
  accepts: 'number',
  eval: (x) => x,
  evalInteger: (x) => x,
  lower: (_v, x) => x,
  lowerInteger: (_v, x) => x,
  lowerBool: (_v, x) => x,
  jvp: (_b, { tangents: [t] }) => t,
  linear: [0],
  transpose: [(_b, ct) => ct],
  embedding: () => ({ operand: 0, zeros: false, gather: (_b, d) => d }),
  view: (x) => x,
  cost: 0,
});
