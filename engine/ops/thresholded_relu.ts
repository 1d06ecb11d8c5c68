// Rectifier that sets in later.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const thresholded_relu = composite({
  name: 'thresholded_relu',
  family: 'activation',
  doc: { text: 'x where it is above alpha, else 0.', source: 'ONNX ThresholdedRelu' },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'alpha', kind: 'float', default: 1 },
  ],
  samples: [{ operands: [{ shape: [4], values: [-2, 0.3, 1.7, 2] }] }],
  body: (b, { x, alpha }) => b.threshold(x as Operand, { threshold: alpha as number, value: 0 }),
});
