// Polygamma functions.

import { fail } from '../errors.ts';
import { elementwise } from '../families/elementwise.ts';
import { polygamma as polygammaOf } from '../numeric/polygamma.ts';

export const polygamma = elementwise({
  name: 'polygamma',
  family: 'special',
  doc: { text: 'The n-th derivative of digamma, for a fixed n from 0 on.', math: 'ψ⁽ⁿ⁾(x)' },
  operands: ['x'],
  attributes: [{ name: 'n', kind: 'int', doc: 'The order, from 0 on.' }],
  attributesFirst: true,
  accepts: 'float',
  evalWith:
    ({ n }) =>
    (x) =>
      polygammaOf(n as number, x),
  lowerWith({ n }) {
    const name = (['digamma', 'trigamma', 'tetragamma'] as const)[n as number];
    return name === undefined ? undefined : (v, x) => v.use(name, x);
  },
  partials: [(b, [x], _y, { n }) => b.polygamma(x, { n: (n as number) + 1 })],
  sampleAttrs: { n: 1 },
  domain: [[0.5, 4]],
  cost: 60,
  before(_b, _xs, { n }) {
    const order = n as number;
    if (!(order >= 0)) fail('E_ATTRIBUTE', `The order n of polygamma is 0 or more, and is ${order}.`);
    return null;
  },
});
