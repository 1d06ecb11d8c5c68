// Rounding to the nearest.

import { isFloat, showAval } from '../ir/aval.ts';
import { elementwise } from '../families/elementwise.ts';
import { roundHalfEven } from '../numeric/rounding.ts';
import { fail } from '../errors.ts';

export const round = elementwise({
  name: 'round',
  doc: { text: 'The nearest integer, halves to the even one, in the dtype of x; or the nearest with some decimals.' },
  aliases: ['around', 'rint'],
  operands: ['x'],
  options: [{ name: 'decimals', kind: 'int', default: 0, doc: 'Negative rounds to tens and up.' }],
  accepts: 'number',
  eval: roundHalfEven,
  evalInteger: (x) => x,
  lower: (v, x) => v.use('round', x),
  lowerInteger: (_v, x) => x,
  lowerBool: (_v, x) => x,
  differentiable: 'zero',
  before(b, [given], args) {
    const decimals = args['decimals'] as number;
    if (decimals === 0) return null;
    const x = b.lift(given);
    if (!isFloat(x.aval.dtype)) {
      if (decimals > 0) return x;
      fail('E_DTYPE', `round to decimals=${decimals} is defined for floats, and is given ${showAval(x.aval)}.`);
    }
    const unit = 10 ** Math.abs(decimals);
    return decimals > 0 ? b.divide(b.round(b.multiply(x, unit)), unit) : b.multiply(b.round(b.divide(x, unit)), unit);
  },
  laws: { settles: true },
});
