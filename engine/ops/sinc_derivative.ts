// Derivatives of the cardinal sine.

import { elementwise } from '../families/elementwise.ts';
import { sincDerivative } from '../numeric/sinc.ts';

export const sinc_derivative = elementwise({
  name: 'sinc_derivative',
  doc: { text: 'The n-th derivative of sinc.', math: 'dⁿ/dxⁿ sin(π x) / (π x)' },
  operands: ['x'],
  attributes: [{ name: 'n', kind: 'int', doc: 'The order.' }],
  accepts: 'float',
  evalWith:
    ({ n }) =>
    (x) =>
      sincDerivative(n as number, x),
  lowerWith: ({ n }) => (n === 1 ? (v, x) => v.use('sinc_slope', x) : undefined),
  partials: [(b, [x], _y, { n }) => b.sinc_derivative(x, { n: (n as number) + 1 })],
  sampleAttrs: { n: 1 },
  points: [[0, 0.5, -2]],
  internal: true,
  cost: 100,
});
