// Vector norms.

import { normalizeAxes } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import { composite } from '../families/composite.ts';
import { orderOf } from '../families/norms.ts';
import { fail } from '../errors.ts';
import type { AttrValue, Operand } from '../op.ts';

export const linalg_vector_norm = composite({
  name: 'linalg.vector_norm',
  family: 'linalg',
  doc: {
    text:
      'Norm of vectors along axes (all by default): ord 2 by default, any number, inf and -inf for the largest and smallest magnitude, 0 for the ' +
      'count of non-zeros. At zero the gradient is 0, the subgradient of least norm.',
    math: '(Σ |x|ᵖ)^(1/p)',
    source: 'Array API 2024.12, linalg.vector_norm',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'axis', kind: 'axes', default: null, keyword: true },
    { name: 'keepdims', kind: 'bool', default: false, keyword: true },
    { name: 'ord', kind: 'any', default: 2, keyword: true, doc: 'A number, "inf" or "-inf".' },
  ],
  samples: [
    { operands: [{ shape: [4] }] },
    { operands: [{ shape: [2, 3] }], attrs: { axis: 1, ord: 1 } },
    { operands: [{ shape: [2, 3] }], attrs: { axis: 0, ord: 3, keepdims: true } },
    { operands: [{ shape: [2, 3] }], attrs: { ord: 'inf' } },
    { operands: [{ shape: [3, 2] }], attrs: { axis: 0, ord: '-inf' } },
    { operands: [{ shape: [3], range: [0.5, 2] }], attrs: { ord: 0.5 } },
    { operands: [{ shape: [] }] },
    { operands: [{ shape: [0] }] },
  ],
  body(b, args) {
    const [x] = b.promote([args['x'] as Operand], 'float');
    const axis = normalizeAxes(args['axis'] as number | number[] | null, x.aval.shape.length);
    return norm(b, x, orderOf(args['ord'] as AttrValue), { axis, keepdims: args['keepdims'] as boolean });
  },
});

function norm(b: Builder, x: Value, order: number | string, over: { axis: number[]; keepdims: boolean }): Value {
  if (typeof order === 'string') {
    fail('E_ATTRIBUTE', `ord=${JSON.stringify(order)} is no vector norm.`, 'It may be a number, "inf" or "-inf".');
  }
  if (order === Infinity) return b.max(b.abs(x), { ...over, initial: x.aval.shape.includes(0) ? 0 : null });
  if (order === -Infinity) return b.min(b.abs(x), over);
  if (order === 0) return b.sum(b.cast(b.not_equal(x, 0), x.aval.dtype), over);
  if (order === 1) return b.sum(b.abs(x), over);
  if (order === 2) return rootAwayFromZero(b, b.sum(b.multiply(x, x), over), (s) => b.sqrt(s));
  // An element that is zero adds nothing, whatever slope |x|^p has there; with p < 0 it makes the norm zero.
  const zero = b.equal(x, 0);
  const powers = b.pow(b.abs(b.where(zero, 1, x)), order);
  const sum = b.sum(b.where(zero, order < 0 ? Infinity : 0, powers), over);
  return rootAwayFromZero(b, sum, (s) => b.pow(s, 1 / order));
}

/** root(s), with value and slope 0 at s = 0 to any order. */
function rootAwayFromZero(b: Builder, s: Value, root: (s: Value) => Value): Value {
  const zero = b.equal(s, 0);
  return b.where(zero, 0, root(b.where(zero, 1, s)));
}
