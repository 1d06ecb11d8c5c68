// Logarithm of a sum of exponentials.

import { broadcastShapes, normalizeAxes } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { masked, topOf } from '../families/exponentials.ts';
import type { Operand } from '../op.ts';

export const logsumexp = composite({
  name: 'logsumexp',
  family: 'reduction',
  doc: {
    text:
      'Logarithm of the sum of exponentials over axes, each times its weight b where there is one, without overflow. Of −∞ ' +
      'alone it is −∞ with gradient 0; an element of ∞ takes the whole gradient.',
    math: 'ln Σ b e^x',
    source: 'scipy.special.logsumexp',
  },
  aliases: ['reduce_log_sum_exp'],
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'axis', kind: 'axes', default: null },
    { name: 'b', kind: 'tensor', default: null, doc: 'Weights.' },
    { name: 'keepdims', kind: 'bool', default: false },
    { name: 'where', kind: 'tensor', default: null, keyword: true, doc: 'Elements to include.' },
  ],
  samples: [
    { operands: [{ shape: [5] }] },
    { operands: [{ shape: [2, 3, 4] }], attrs: { axis: [0, -1] } },
    { operands: [{ shape: [3, 4] }], attrs: { axis: 1, keepdims: true } },
    { operands: [{ shape: [2, 3] }, { shape: [3], range: [0.2, 2] }], attrs: { axis: -1 } },
  ],
  body(b, args) {
    const weights = args['b'] as Operand | null;
    const { x } = masked(b, args['x'] as Operand, args['where'] as Operand | null);
    const keepdims = args['keepdims'] as boolean;
    if (weights === null) {
      return b.log_sum_exp(x, { axis: args['axis'] as number | number[] | null, keepdims });
    }
    const [wide, factor] = b.promote([x, weights], 'float');
    const shape = broadcastShapes([wide.aval.shape, factor.aval.shape], ['x', 'b']);
    const terms = b.broadcast(wide, shape);
    const axis = normalizeAxes(args['axis'] as number | number[] | null, shape.length);
    const top = topOf(b, b.where(b.equal(factor, 0), -Infinity, terms), axis);
    const shift = b.where(b.isfinite(top), top, 0);
    // Only an element of weight 0 may be above the top; it must not overflow.
    const powers = b.exp(b.minimum(b.subtract(terms, shift), 80));
    const sum = b.sum(b.multiply(powers, factor), { axis, keepdims });
    return b.add(b.log(sum), keepdims ? shift : b.squeeze(shift, { axis }));
  },
});
