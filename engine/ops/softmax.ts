// Softmax.

import { composite } from '../families/composite.ts';
import { masked, topOf } from '../families/exponentials.ts';
import type { Operand } from '../op.ts';

export const softmax = composite({
  name: 'softmax',
  family: 'activation',
  doc: {
    text:
      'Exponentials that sum to 1 along axis, without overflow. Elements left out by where have weight 0; where all are left ' +
      'out, all are 0.',
    math: 'e^x / Σ e^x',
  },
  aliases: ['softmax_special'],
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'axis', kind: 'axes', default: -1 },
    { name: 'where', kind: 'tensor', default: null, doc: 'Elements to include.' },
  ],
  samples: [
    { operands: [{ shape: [4] }] },
    { operands: [{ shape: [2, 3] }], attrs: { axis: 0 } },
    { operands: [{ shape: [2, 2, 2] }], attrs: { axis: [0, 2] } },
    { operands: [{ shape: [2, 3] }, { shape: [3], dtype: 'bool', values: [1, 0, 1] }] },
    { operands: [{ shape: [2, 2] }, { shape: [2, 1], dtype: 'bool', values: [1, 0] }] },
  ],
  body(b, args) {
    const axis = args['axis'] as number | number[] | null;
    const { x, mask } = masked(b, args['x'] as Operand, args['where'] as Operand | null);
    const top = topOf(b, x, axis);
    if (mask === null) {
      const weights = b.exp(b.subtract(x, top));
      return b.divide(weights, b.sum(weights, { axis, keepdims: true }));
    }
    // Where all are left out the top is −∞, and there is nothing to divide by.
    const weights = b.where(mask, b.exp(b.subtract(x, b.where(b.isneginf(top), 0, top))), 0);
    const total = b.sum(weights, { axis, keepdims: true });
    return b.divide(weights, b.where(b.equal(total, 0), 1, total));
  },
});
