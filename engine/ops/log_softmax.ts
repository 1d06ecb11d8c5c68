// Logarithm of softmax.

import { composite } from '../families/composite.ts';
import { masked } from '../families/exponentials.ts';
import type { Operand } from '../op.ts';

export const log_softmax = composite({
  name: 'log_softmax',
  family: 'activation',
  doc: {
    text: 'Logarithm of softmax along axis, without overflow; −∞ where an element is left out by where.',
    math: 'x − ln Σ e^x',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'axis', kind: 'axes', default: -1 },
    { name: 'where', kind: 'tensor', default: null, doc: 'Elements to include.' },
  ],
  samples: [
    { operands: [{ shape: [4] }] },
    { operands: [{ shape: [2, 3] }], attrs: { axis: 0 } },
    { operands: [{ shape: [2, 2, 2] }], attrs: { axis: [0, 2] } },
  ],
  body(b, args) {
    const axis = args['axis'] as number | number[] | null;
    const { x, mask } = masked(b, args['x'] as Operand, args['where'] as Operand | null);
    const total = b.logsumexp(x, null, { axis, keepdims: true });
    // −∞ − −∞ is no number, nor is ∞ − ∞: times NaN there, so that the slopes are NaN too and not those of x alone.
    const y = b.subtract(x, b.multiply(total, b.where(b.isfinite(total), 1, NaN)));
    return mask === null ? y : b.where(mask, y, -Infinity);
  },
});
