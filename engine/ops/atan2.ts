// Angle of a point.

import { elementwise } from '../families/elementwise.ts';
import { unless } from '../families/kinks.ts';

export const atan2 = elementwise({
  name: 'atan2',
  doc: {
    text: 'The angle in [−π, π] of the point with ordinate x1 and abscissa x2. At the origin both slopes are 0.',
    math: 'arctan(x1 / x2)',
  },
  aliases: ['arctan2'],
  operands: ['x1', 'x2'],
  accepts: 'float',
  eval: Math.atan2,
  lower: (v, x, y) => v.use('atan2', x, y),
  // x / r², y / r², in two steps lest r² overflow or vanish.
  partials: [
    (b, [y, x]) => {
      const r = b.hypot(x, y);
      return unless(b, b.equal(r, 0), b.divide(b.divide(x, r), r));
    },
    (b, [y, x]) => {
      const r = b.hypot(x, y);
      return unless(b, b.equal(r, 0), b.negative(b.divide(b.divide(y, r), r)));
    },
  ],
  domain: [
    [-3, 3],
    [0.5, 3],
  ],
  points: [
    [1, -1, 2],
    [-1, -2, 0.5],
  ],
  cost: 15,
});
