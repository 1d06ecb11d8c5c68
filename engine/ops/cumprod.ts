// Running product.

import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import { along } from '../families/manipulation.ts';
import { scan } from '../families/scan.ts';

export const cumprod = scan({
  name: 'cumprod',
  doc: {
    text: 'Running product along an axis (of the flattened array by default). The derivative does not divide: it is exact whatever elements are zero.',
    source: 'jax.numpy.cumprod',
  },
  step: (product, x) => product * x,
  join: 'multiply',
  stepInteger: (product, x) => product * x,
  jvp(b, { inputs: [x], tangents, attrs }) {
    const axis = attrs['axis'] as number;
    const turned = (v: Value): Value => (attrs['reverse'] === true ? b.flip(v, { axis }) : v);
    return turned(doubling(b, turned(x), turned(tangents[0]!), axis));
  },
  samples: [
    { operands: [{ shape: [5] }] },
    { operands: [{ shape: [2, 3, 2] }], attrs: { axis: 1 } },
    { operands: [{ shape: [2, 3] }], attrs: { axis: -1, reverse: true } },
    { operands: [{ shape: [2, 2] }] },
    { operands: [{ shape: [0] }] },
    { operands: [{ shape: [] }] },
  ],
});

/** Pairs of a product and its tangent joined over spans of 1, 2, 4, …: (p₁, t₁)(p₂, t₂) = (p₁p₂, t₁p₂ + p₁t₂). */
function doubling(b: Builder, x: Value, tangent: Value, axis: number): Value {
  const n = x.aval.shape[axis];
  let [p, t] = [x, tangent];
  for (let by = 1; by < n; by *= 2) {
    const early = (v: Value): Value => along(b, v, axis, 0, n - by);
    const late = (v: Value): Value => along(b, v, axis, by, n);
    const head = (v: Value): Value => along(b, v, axis, 0, by);
    const joined = b.add(b.scale(late(t), early(p)), b.scale(early(t), late(p)));
    [p, t] = [b.concat([head(p), b.multiply(late(p), early(p))], { axis }), b.concat([head(t), joined], { axis })];
  }
  return t;
}
