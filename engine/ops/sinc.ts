// Cardinal sine.

import { elementwise } from '../families/elementwise.ts';
import { sinc as sincOf } from '../numeric/sinc.ts';

export const sinc = elementwise({
  name: 'sinc',
  doc: {
    text: 'The normalised cardinal sine, 1 at 0; its derivatives of every order are exact, at 0 too.',
    math: 'sin(π x) / (π x)',
  },
  operands: ['x'],
  accepts: 'float',
  eval: sincOf,
  lower: (v, x) => v.use('sinc', x),
  partials: [(b, [x]) => b.sinc_derivative(x, { n: 1 })],
  points: [[0, 0.5, -2]],
  cost: 15,
});
