// Power with a fixed exponent that is no integer.

import { elementwise } from '../families/elementwise.ts';
import { onVectors } from '../families/powers.ts';
import { pow as powOf } from '../numeric/elementary.ts';

export const scalar_pow = elementwise({
  name: 'scalar_pow',
  doc: { text: 'Power with a fixed exponent: what pow becomes where its exponent is a constant, but no integer.' },
  operands: ['x'],
  attributes: [{ name: 'y', kind: 'float', doc: 'The exponent.' }],
  accepts: 'float',
  evalWith:
    ({ y }) =>
    (x) =>
      powOf(x, y as number),
  lowerWith: ({ y }) => onVectors.fractional(y as number),
  partials: [(b, [x], _z, { y }) => b.multiply(b.scalar_pow(x, { y: (y as number) - 1 }), y as number)],
  sampleAttrs: { y: 1.5 },
  domain: [[0.3, 3]],
  internal: true,
  cost: 15,
});
