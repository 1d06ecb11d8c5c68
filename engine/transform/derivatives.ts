// The derivatives a caller can ask for, each a composition of linearize, transpose and batch.

import type { Builder } from '../ir/builder.ts';
import { scalarConstant } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import type { Aval } from '../ir/aval.ts';
import { sizeOf } from '../ir/aval.ts';
import { tensorOf } from '../ir/tensor.ts';
import { batch } from './batch.ts';
import { linearize } from './linearize.ts';
import { isRunnable } from './runnable.ts';
import { transpose } from './transpose.ts';

/** Vector-Jacobian product: the cotangents of `wrt` for cotangents of `of`; null where nothing depends on it. */
export function vjp(
  b: Builder,
  of: readonly Value[],
  wrt: readonly Value[],
  cotangents: readonly (Value | null)[],
): (Value | null)[] {
  const variables = wrt.map((x) => b.placeholder(x.aval));
  const { tangents, tape } = linearize(
    b,
    of,
    wrt.map((value, i) => ({ value, tangent: variables[i] })),
  );
  return transpose(
    b,
    tape,
    variables,
    tangents,
    cotangents.map((ct) => (ct === null || isZero(ct) ? null : ct)),
  );
}

/** Jacobian-vector product: the tangents of `of` for tangents of `wrt`; null where nothing depends on them. */
export const jvp = (
  b: Builder,
  of: readonly Value[],
  wrt: readonly Value[],
  tangents: readonly Value[],
): readonly (Value | null)[] =>
  linearize(
    b,
    of,
    wrt.flatMap((value, i) => (isZero(tangents[i]) ? [] : [{ value, tangent: tangents[i] }])),
  ).tangents;

/** A zero that is written down, as in the tangents (1.0, 0.0), is no perturbation. */
const isZero = (x: Value): boolean => Number(scalarConstant(x)?.data[0] ?? 1) === 0;

/** The gradient of a scalar: a vjp with cotangent one, zeros where nothing depends on it. */
export function gradient(b: Builder, of: Value, wrt: readonly Value[]): Value[] {
  return vjp(b, [of], wrt, [b.fill(of.aval, 1)]).map((g, i) => g ?? b.zeros(wrt[i].aval));
}

/** Hessian-vector products. */
export const hvp = (b: Builder, of: Value, wrt: readonly Value[], vectors: readonly Value[]): Value[] =>
  hessianProducts(
    b,
    gradient(b, of, wrt),
    wrt,
    wrt.map((_x, k) => k),
    vectors,
  ).results.map((h, i) => h ?? b.zeros(wrt[i].aval));

/**
 * The Hessian, whose rows are the gradients by all of `wrt`, times vectors of some of them: forward over reverse, the tangents of
 * the gradients; or, where a function on the way has a reverse rule alone, reverse over reverse, the gradients of the products
 * of gradients and vectors, which is the same as the Hessian is symmetric.
 */
export function hessianProducts(
  b: Builder,
  gradients: readonly Value[],
  wrt: readonly Value[],
  some: readonly number[],
  vectors: readonly Value[],
): { readonly mode: 'forward' | 'reverse'; readonly results: readonly (Value | null)[] } {
  const results = jvp(
    b,
    gradients,
    some.map((k) => wrt[k]),
    vectors,
  );
  if (isRunnable(results)) return { mode: 'forward', results };
  const pulled = vjp(
    b,
    some.map((k) => gradients[k]),
    wrt,
    vectors,
  );
  return { mode: 'reverse', results: pulled };
}

/** The basis of a space: an identity matrix whose rows have the shape of the aval, [n, ...shape]. */
function basis(b: Builder, aval: Aval): Value {
  const n = sizeOf(aval.shape);
  const flat = b.cast(b.equal(iota(b, n, 0), iota(b, n, 1)), aval.dtype);
  return b.reshape(flat, { shape: [n, ...aval.shape] });
}

function iota(b: Builder, n: number, axis: 0 | 1): Value {
  const counts = b.constant(
    tensorOf(
      'int32',
      [n],
      Array.from({ length: n }, (_, i) => i),
    ),
  );
  return b.broadcast(b.reshape(counts, { shape: axis === 0 ? [n, 1] : [1, n] }), [n, n]);
}

/** ∂of/∂x of shape of.shape + x.shape, row by row through one batched vjp. */
export function jacobianReverse(b: Builder, of: Value, wrt: readonly Value[]): Value[] {
  const rows = sizeOf(of.aval.shape);
  const ct = b.placeholder(of.aval);
  const pulled = vjp(b, [of], wrt, [ct]);
  const live = pulled.filter((g) => g !== null);
  const images = batch(b, live, new Map([[ct, basis(b, of.aval)]]), rows);
  return pulled.map((g, i) => {
    const shape = [...of.aval.shape, ...wrt[i].aval.shape];
    if (g === null) return b.zeros({ dtype: wrt[i].aval.dtype, shape });
    return b.reshape(images[live.indexOf(g)], { shape });
  });
}

/** The same column by column, through one batched jvp for each x. */
export function jacobianForward(b: Builder, of: Value, wrt: readonly Value[]): Value[] {
  return wrt.map((x) => {
    const columns = sizeOf(x.aval.shape);
    const shape = [...of.aval.shape, ...x.aval.shape];
    const t = b.placeholder(x.aval);
    const [pushed] = jvp(b, [of], [x], [t]);
    if (pushed === null) return b.zeros({ dtype: x.aval.dtype, shape });
    const [image] = batch(b, [pushed], new Map([[t, basis(b, x.aval)]]), columns);
    const rank = of.aval.shape.length;
    const last = b.permute_dims(image, { axes: [...Array.from({ length: rank }, (_, i) => i + 1), 0] });
    return b.cast(b.reshape(last, { shape }), x.aval.dtype);
  });
}
