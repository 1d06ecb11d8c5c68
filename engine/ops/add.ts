// Addition.

import { elementwise } from '../families/elementwise.ts';
import { negated, neutral } from '../families/laws.ts';

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
  laws: {
    // Not +0, which makes 0 of −0.
    neutral: neutral({ float: -0, integer: () => 0n, bool: false }),
    rewrite(b, [x, y]) {
      const [nx, ny] = [negated(x), negated(y)];
      return ny !== null ? b.subtract(x, ny) : nx !== null ? b.subtract(y, nx) : null;
    },
  },
});
