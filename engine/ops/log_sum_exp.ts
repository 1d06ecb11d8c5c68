// Logarithm of a sum of exponentials: the reduction that logsumexp and log_softmax rest on.

import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import { expandReduced, pairwiseSum, reduction } from '../families/reduction.ts';

export const log_sum_exp = reduction({
  name: 'log_sum_exp',
  doc: { text: 'Logarithm of the sum of exponentials over axes, the largest taken out first.', math: 'ln Σ e^x' },
  accepts: 'float',
  eval(xs) {
    const top = xs.reduce((m, x) => Math.max(m, x), -Infinity);
    return Number.isFinite(top) ? top + Math.log(pairwiseSum(xs.map((x) => Math.exp(x - top)))) : top;
  },
  jvp(b, { inputs: [x], outputs: [y], tangents: [t], attrs }) {
    const axis = attrs['axis'] as number[];
    return b.sum(b.scale(t!, weightsOf(b, x, y, axis)), { axis });
  },
  expand(b, [x], attrs) {
    const axis = attrs['axis'] as number[];
    if (axis.some((a) => x.aval.shape[a] === 0)) {
      return b.broadcast(
        b.cast(-Infinity, x.aval.dtype),
        x.aval.shape.filter((_d, i) => !axis.includes(i)),
      );
    }
    const top = b.max(x, { axis });
    const total = b.sum(b.exp(b.subtract(x, expandReduced(b, top, x.aval, axis))), { axis });
    return b.where(b.isfinite(top), b.add(top, b.log(total)), top);
  },
  internal: true,
});

/** Softmax; 0 where there is nothing but −∞, and shared evenly between elements of ∞. */
function weightsOf(b: Builder, x: Value, y: Value, axis: number[]): Value {
  const total = expandReduced(b, y, x.aval, axis);
  const hit = b.logical_and(b.equal(x, total), b.equal(x, Infinity));
  const count = expandReduced(b, b.sum(b.cast(hit, x.aval.dtype), { axis }), x.aval, axis);
  const infinite = b.where(hit, b.divide(1, b.maximum(count, 1)), 0);
  return b.where(b.isinf(total), infinite, b.exp(b.subtract(x, total)));
}
