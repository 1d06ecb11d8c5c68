// Addition.

import { elementwise } from '../families/elementwise.ts';

export const add = elementwise({
  name: 'add',
  doc: { text: 'Sum of two arrays, element by element.', math: 'x + y' },
  operands: ['x', 'y'],
  accepts: 'number',
  eval: (x, y) => x + y,
  evalInteger: (x, y) => x + y,
  lower: (v, x, y) => v.add(x, y),
  lowerInteger: (v, x, y) => v.add(x, y),
  lowerBool: (v, x, y) => v.or(x, y),
  jvp: (b, { tangents }) => b.addAll(tangents),
  linear: [0, 1],
  transpose: [(_b, ct) => ct, (_b, ct) => ct],
});
