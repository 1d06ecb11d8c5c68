// Gaussian error linear unit.

import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import { elementwise } from '../families/elementwise.ts';
import { bounded } from '../families/exponentials.ts';
import { ndtr } from '../numeric/normal.ts';
import { sigmoid } from '../numeric/logistic.ts';

/** tanh(u) in the usual formula is 2 σ(2u) − 1; this is the factor of 2u. */
const scale = 2 * Math.sqrt(2 / Math.PI);
const cubic = 0.044715;

const exact = (x: number): number => (x === -Infinity ? -0 : x * ndtr(x));
const approximated = (x: number): number => (x === -Infinity ? -0 : x * sigmoid(scale * (x + cubic * x * x * x)));

export const gelu = elementwise({
  name: 'gelu',
  family: 'activation',
  doc: {
    text:
      'x times the probability that a standard normal variable is at most x; by default approximated with tanh, as ' +
      'jax.nn.gelu does.',
    math: 'x Φ(x), Φ(x) ≈ (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2',
    source: 'Hendrycks and Gimpel 2016, Gaussian Error Linear Units',
  },
  operands: ['x'],
  attributes: [
    {
      name: 'approximate',
      kind: 'bool',
      default: true,
      words: new Map([
        ['tanh', true],
        ['none', false],
      ]),
      doc: 'By tanh; false is exact. PyTorch and ONNX write "tanh" and "none".',
    },
  ],
  accepts: 'float',
  evalWith: ({ approximate }) => (approximate === true ? approximated : exact),
  lowerWith:
    ({ approximate }) =>
    (v, x) =>
      v.use(approximate === true ? 'gelu_tanh' : 'gelu_exact', x),
  partials: [(b, [x], _y, { approximate }) => (approximate === true ? approximateSlope(b, x) : exactSlope(b, x))],
  samples: [
    { operands: [{ shape: [5] }] },
    { operands: [{ shape: [2, 3] }], attrs: { approximate: false } },
    { operands: [{ shape: [] }], attrs: { approximate: false } },
  ],
  cost: 25,
});

/** Φ(x) + x φ(x) */
function exactSlope(b: Builder, x: Value): Value {
  const density = b.multiply(b.exp(b.multiply(b.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
  return b.add(b.ndtr(x), b.multiply(bounded(b, x), density));
}

/** σ(u) + x σ(u) σ(−u) u′ for u = scale (x + cubic x³) */
function approximateSlope(b: Builder, x: Value): Value {
  const near = bounded(b, x);
  const square = b.square(near);
  const u = b.multiply(b.multiply(near, b.add(b.multiply(square, cubic), 1)), scale);
  const steepness = b.multiply(near, b.multiply(b.add(b.multiply(square, 3 * cubic), 1), scale));
  return b.multiply(b.sigmoid(u), b.add(b.multiply(steepness, b.sigmoid(b.negative(u))), 1));
}
