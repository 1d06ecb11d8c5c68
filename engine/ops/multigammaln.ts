// Logarithm of the multivariate gamma function.

import { fail } from '../errors.ts';
import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const multigammaln = composite({
  name: 'multigammaln',
  family: 'special',
  doc: {
    text: 'Logarithm of the multivariate gamma function of dimension d, for x above (d − 1) / 2.',
    math: 'd (d − 1) / 4 ln π + Σ ln Γ(x − j / 2), j from 0 to d − 1',
  },
  aliases: ['mvlgamma'],
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'd', kind: 'int' },
  ],
  samples: [{ operands: [{ shape: [3], range: [2, 4] }], attrs: { d: 3 } }],
  body(b, args) {
    const d = args['d'] as number;
    if (!(d >= 1 && d <= 1000)) {
      fail('E_ATTRIBUTE', `The dimension d of multigammaln is between 1 and 1000, and is ${d}.`);
    }
    const [x] = b.promote([args['x'] as Operand], 'float');
    const terms = Array.from({ length: d }, (_, j) => b.lgamma(b.subtract(x, j / 2)));
    return b.add(b.addAll(terms)!, ((d * (d - 1)) / 4) * Math.log(Math.PI));
  },
});
