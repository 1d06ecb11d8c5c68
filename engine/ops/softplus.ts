// Smooth rectifier.

import { elementwise } from '../families/elementwise.ts';
import { softplus as softplusOf } from '../numeric/logistic.ts';

export const softplus = elementwise({
  name: 'softplus',
  family: 'activation',
  doc: {
    text: 'The smooth rectifier ln(1 + e^x), without overflow; with beta, that of beta x over beta.',
    math: 'ln(1 + e^(beta x)) / beta',
  },
  aliases: ['log1p_exp', 'softplus_special'],
  operands: ['x'],
  options: [{ name: 'beta', kind: 'float', default: 1, keyword: true, doc: 'Sharpness of the bend.' }],
  accepts: 'float',
  eval: softplusOf,
  lower: (v, x) => v.use('softplus', x),
  partials: [(b, [x]) => b.sigmoid(x)],
  cost: 20,
  before(b, [x], { beta }) {
    if (beta === 1) return null;
    return b.divide(b.softplus(b.multiply(x, beta as number)), beta as number);
  },
});
