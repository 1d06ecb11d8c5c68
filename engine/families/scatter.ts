// Updates of an array at indices along one axis, in every way they may combine with what is there.

import { fail, invariant } from '../errors.ts';
import { sameShape, showAval, sizeOf } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import type { Operand } from '../op.ts';
import { iota } from './creation.ts';
import { boundIndex, positionsAlong } from './indexing.ts';
import { folded, knownTensor } from './known.ts';
import { along } from './manipulation.ts';

export type ScatterMode = 'set' | 'add' | 'multiply' | 'min' | 'max';

/**
 * x with the slices of y combined into it at `index` along an axis: y has the shape of `index` in place of the axis. The
 * indices are within bounds. Several updates of one place: `set` keeps the last, the others combine them all.
 */
export function scatterAlong(b: Builder, x: Value, index: Value, y: Value, axis: number, mode: ScatterMode): Value {
  const count = sizeOf(index.aval.shape);
  const { shape } = x.aval;
  if (count === 0 || sizeOf(shape) === 0) return x;
  const flat = folded(b, b.reshape(index, { shape: [count] }));
  const updates = b.reshape(y, { shape: [...shape.slice(0, axis), count, ...shape.slice(axis + 1)] });
  switch (mode) {
    case 'set':
      return b.scatter_set_along(x, flat, updates, { axis });
    case 'add':
      return b.scatter_add_along(x, flat, updates, { axis });
    case 'multiply':
      return scatterMultiply(b, x, flat, updates, axis);
    case 'min':
    case 'max':
      return b.scatter_extremum(x, flat, updates, { axis, kind: mode });
  }
}

/**
 * Each place times the product of its updates. Places and updates are sorted by place, so that those that belong
 * together are neighbours, and multiplied by doubling within a place: no division, so zeros are exact to any order.
 */
function scatterMultiply(b: Builder, x: Value, index: Value, y: Value, axis: number): Value {
  const size = x.aval.shape[axis];
  const all = b.concat([x, y], { axis });
  const key = folded(b, b.concat([iota(b, size), index], { axis: 0 }));
  const order = folded(b, b.argsort(key));
  const place = folded(b, b.gather(key, order));
  const total = place.aval.shape[0];
  const longest = longestRun(place) ?? index.aval.shape[0] + 1;
  let product = b.gather(all, order, { axis });
  for (let by = 1; by < longest; by *= 2) {
    const same = folded(b, b.equal(along(b, place, 0, by, total), along(b, place, 0, 0, total - by)));
    const mask = b.reshape(same, { shape: x.aval.shape.map((_d, i) => (i === axis ? total - by : 1)) });
    const [early, late] = [along(b, product, axis, 0, total - by), along(b, product, axis, by, total)];
    const joined = b.multiply(late, b.where(mask, early, b.fill(early.aval, 1)));
    product = b.concat([along(b, product, axis, 0, by), joined], { axis });
  }
  // The last of a place has met all of them, its own element included.
  return b.gather(product, folded(b, b.last_writer(place, { size })), { axis });
}

function longestRun(sorted: Value): number | null {
  const known = knownTensor(sorted);
  if (known === null) return null;
  invariant(known.shape.length === 1, 'places are a vector');
  let [longest, run] = [0, 0];
  known.data.forEach((at: number | bigint, i: number) => {
    run = i > 0 && at === known.data[i - 1] ? run + 1 : 1;
    longest = Math.max(longest, run);
  });
  return longest;
}

/** What ONNX calls the ways to combine. */
export const onnxReductions = ['none', 'add', 'mul', 'max', 'min'] as const;

export function scatterModeOf(reduction: string): ScatterMode {
  if (reduction === 'none') return 'set';
  return reduction === 'mul' ? 'multiply' : (reduction as ScatterMode);
}

/** Each element of y goes to its own index along the axis and its own place on the others. */
export function scatterElements(
  b: Builder,
  x: Value,
  indices: Operand,
  y: Value,
  axis: number,
  mode: ScatterMode,
): Value {
  const { shape } = x.aval;
  const wanted = b.avalOf(indices).shape;
  if (wanted.length !== shape.length || wanted.some((d, i) => i !== axis && d > shape[i])) {
    fail(
      'E_SHAPE_MISMATCH',
      `indices ${showAval(b.avalOf(indices))} reach beyond x ${showAval(x.aval)} on an axis other than ${axis}.`,
    );
  }
  if (!sameShape(y.aval.shape, wanted)) {
    fail(
      'E_SHAPE_MISMATCH',
      `The updates are ${showAval(y.aval)} and the indices ${showAval(b.avalOf(indices))}: their shapes must be equal.`,
    );
  }
  const index = boundIndex(b, indices, shape[axis], axis);
  const positions = folded(b, positionsAlong(b, shape, index, axis));
  const flat = scatterAlong(
    b,
    b.reshape(x, { shape: [-1] }),
    b.reshape(positions, { shape: [-1] }),
    b.reshape(y, { shape: [-1] }),
    0,
    mode,
  );
  return b.reshape(flat, { shape });
}
