// Self-normalising exponential linear unit.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

const alpha = 1.6732632423543772;
const scale = 1.0507009873554805;

export const selu = composite({
  name: 'selu',
  family: 'activation',
  doc: {
    text: 'elu with the alpha and the scale that keep mean 0 and variance 1 through layers.',
    source: 'Klambauer et al. 2017, Self-Normalizing Neural Networks',
  },
  params: [{ name: 'x', kind: 'tensor' }],
  samples: [{ operands: [{ shape: [4], values: [-2, -0.5, 0.5, 3] }] }],
  body: (b, { x }) => b.multiply(b.elu(x as Operand, alpha), scale),
});
