// Product of elements.

import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import { sizeOf } from '../ir/aval.ts';
import { axesBut } from '../families/contraction.ts';
import { along } from '../families/manipulation.ts';
import { reduction } from '../families/reduction.ts';
import type { JvpSite } from '../op.ts';

export const prod = reduction({
  name: 'prod',
  doc: {
    text: 'Product over axes; bool and narrow integers multiply in int64. The derivative does not divide: it is exact whatever elements are zero.',
  },
  aliases: ['reduce_prod'],
  accepts: 'number',
  reduces: 'prod',
  eval: (xs) => xs.reduce((p, x) => p * x, 1),
  evalInteger: (xs) => xs.reduce((p, x) => BigInt.asIntN(64, p * x), 1n),
  jvp,
  identity: (b, x) => b.fill(x, 1),
  chooseDtype: true,
  start: (b, y, initial) => b.multiply(y, initial),
  samples: [
    { operands: [{ shape: [5] }] },
    { operands: [{ shape: [2, 3, 2] }], attrs: { axis: [0, 2] } },
    { operands: [{ shape: [3, 4] }], attrs: { axis: -1, keepdims: true } },
    { operands: [{ shape: [3], values: [0, 2, 3] }] },
    { operands: [{ shape: [3], values: [0, 2, 0] }] },
    { operands: [{ shape: [2, 0] }], attrs: { axis: 1 } },
    { operands: [{ shape: [] }] },
  ],
});

/** Halves are multiplied with halves: a pair (p, t) of a product and its tangent joins another as (p₁p₂, t₁p₂ + p₁t₂). */
function jvp(b: Builder, { inputs: [x], outputs: [y], tangents, attrs }: JvpSite): Value | null {
  const axes = attrs['axis'] as number[];
  const { shape } = x.aval;
  const kept = axesBut(shape.length, axes);
  let n = sizeOf(axes.map((a) => shape[a]));
  if (n === 0) return null;
  const rows = sizeOf(y.aval.shape);
  const flat = (v: Value): Value => b.reshape(b.permute_dims(v, { axes: [...kept, ...axes] }), { shape: [rows, n] });
  let [p, t] = [flat(x), flat(tangents[0]!)];
  while (n > 1) {
    const half = n >> 1;
    const odd = 2 * half < n;
    const cut = (v: Value, from: number, to: number): Value => along(b, v, 1, from, to);
    const [p1, p2, t1, t2] = [cut(p, 0, half), cut(p, half, 2 * half), cut(t, 0, half), cut(t, half, 2 * half)];
    const product = b.multiply(p1, p2);
    const tangent = b.add(b.scale(t1, p2), b.scale(t2, p1));
    [p, t] = odd
      ? [b.concat([product, cut(p, n - 1, n)], { axis: 1 }), b.concat([tangent, cut(t, n - 1, n)], { axis: 1 })]
      : [product, tangent];
    n = half + (odd ? 1 : 0);
  }
  return b.reshape(t, { shape: y.aval.shape });
}
