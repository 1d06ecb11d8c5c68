// Order statistics: quantiles and the median, on elements sorted along one last axis.

import { fail } from '../errors.ts';
import { normalizeAxes, showAval, sizeOf } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import type { Operand } from '../op.ts';
import { axesBut } from './contraction.ts';
import { along } from './manipulation.ts';
import { keepAxes } from './reduction.ts';

export const quantileMethods = ['linear', 'lower', 'higher', 'midpoint', 'nearest'] as const;
export type QuantileMethod = (typeof quantileMethods)[number];

interface Over {
  readonly axis: number | readonly number[] | null;
  readonly keepdims: boolean;
}

/** x sorted along the reduced axes, which have become one last axis. */
function sorted(
  b: Builder,
  operand: Operand,
  { axis }: Over,
  name: string,
): { x: Value; axes: number[]; s: Value; n: number } {
  const [x] = b.promote([operand], 'float');
  const { shape } = x.aval;
  const axes = normalizeAxes(axis, shape.length);
  const n = sizeOf(axes.map((a) => shape[a]));
  if (n === 0) fail('E_EMPTY_REDUCTION', `${name} over an axis of size 0 has no value: x is ${showAval(x.aval)}.`);
  const kept = axesBut(shape.length, axes);
  const merged = b.reshape(b.permute_dims(x, { axes: [...kept, ...axes] }), {
    shape: [...kept.map((a) => shape[a]), n],
  });
  return { x, axes, s: b.sort(merged), n };
}

/** NaN is sorted to the end, so the last element tells whether there is one. */
function orNaN(b: Builder, s: Value, y: Value): Value {
  const last = s.aval.shape.length - 1;
  const worst = b.reshape(along(b, s, last, s.aval.shape[last] - 1, s.aval.shape[last]), {
    shape: s.aval.shape.slice(0, -1),
  });
  return b.where(b.isnan(worst), worst, y);
}

/** The middle element, or the mean of the two in the middle. */
export function medianOf(b: Builder, operand: Operand, over: Over): Value {
  const { x, axes, s, n } = sorted(b, operand, over, 'median');
  const last = s.aval.shape.length - 1;
  const at = (k: number): Value => b.reshape(along(b, s, last, k, k + 1), { shape: s.aval.shape.slice(0, -1) });
  const middle = n % 2 === 1 ? at(n >> 1) : b.multiply(b.add(at(n / 2 - 1), at(n / 2)), 0.5);
  return keepAxes(b, orNaN(b, s, middle), x.aval, axes, over.keepdims);
}

export function quantileOf(
  b: Builder,
  operand: Operand,
  q: Operand,
  over: Over & { readonly method: QuantileMethod },
): Value {
  const { x, axes, s, n } = sorted(b, operand, over, 'quantile');
  const where = b.cast(q, x.aval.dtype);
  if (where.aval.shape.length > 1)
    fail('E_SHAPE_MISMATCH', `q must be a scalar or a vector, and is ${showAval(where.aval)}.`);
  if (where.aval.shape.length === 0)
    return keepAxes(b, quantileAt(b, s, n, where, over.method), x.aval, axes, over.keepdims);
  const each = b
    .unstack(where)
    .map((p) => keepAxes(b, quantileAt(b, s, n, p, over.method), x.aval, axes, over.keepdims));
  if (each.length > 0) return b.stack(each);
  const shape = x.aval.shape.flatMap((d, i) => (axes.includes(i) ? (over.keepdims ? [1] : []) : [d]));
  return b.zeros({ dtype: x.aval.dtype, shape: [0, ...shape] });
}

/** Between the elements around position q (n − 1). */
function quantileAt(b: Builder, s: Value, n: number, q: Value, method: QuantileMethod): Value {
  const position = b.multiply(q, n - 1);
  const fixed = b.stop_gradient(position);
  const below = b.floor(fixed);
  const index = (v: Value): Value => b.cast(b.minimum(b.maximum(v, 0), n - 1), 'int64');
  const axis = s.aval.shape.length - 1;
  const pick = (v: Value): Value => orNaN(b, s, b.gather(s, index(v), { axis }));
  switch (method) {
    case 'lower':
      return pick(below);
    case 'higher':
      return pick(b.ceil(fixed));
    case 'nearest':
      return pick(b.round(fixed));
    case 'midpoint':
      return b.multiply(b.add(pick(below), pick(b.ceil(fixed))), 0.5);
    case 'linear': {
      const weight = b.subtract(position, below);
      const low = pick(below);
      const mixed = b.add(b.multiply(low, b.subtract(1, weight)), b.multiply(pick(b.ceil(fixed)), weight));
      // On an element itself there is nothing to interpolate, whatever is infinite beside it.
      return b.where(b.equal(weight, 0), low, mixed);
    }
  }
}
