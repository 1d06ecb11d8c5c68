// Where elements are not zero.

import { isFloat, sizeOf } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import { composite } from '../families/composite.ts';
import { integers, iota } from '../families/creation.ts';
import { integerIndex } from '../families/indexing.ts';
import { knownTensor } from '../families/known.ts';
import { along } from '../families/manipulation.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

export const nonzero = composite({
  name: 'nonzero',
  family: 'searching',
  doc: {
    text:
      'The indices of the elements that are not zero, one array for each axis. How many there are depends on data, so unless x is known `size` says ' +
      'how many to give: the first ones, then fill_value.',
    source: 'jax.numpy.nonzero',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'size', kind: 'int', default: null, keyword: true },
    { name: 'fill_value', kind: 'tensor', default: 0, keyword: true },
  ],
  results: 'list',
  differentiable: 'no',
  samples: [
    { operands: [{ shape: [4], dtype: 'int64', values: [0, 2, 0, 1] }], attrs: { size: 3 } },
    { operands: [{ shape: [2, 2], dtype: 'bool', range: [0, 1.99] }], attrs: { size: 2 } },
  ],
  body(b, args) {
    const x = b.atleast_1d(args['x'] as Operand);
    const hits = b.ravel(b.cast(x, 'bool'));
    const size = args['size'] as number | null;
    const { shape } = x.aval;
    if (size === null) return unravel(b, knownPositions(b, hits), shape);
    const total = sizeOf(shape);
    const fill = integerIndex(b, args['fill_value'] as Operand);
    if (total === 0) return shape.map(() => b.broadcast(fill, [size]));
    // A stable sort of "is zero" brings the others to the front, in order.
    const order = along(b, b.argsort(b.logical_not(hits)), 0, 0, Math.min(size, total));
    const first = b.zero_pad(order, { low: [0], high: [size - Math.min(size, total)], interior: [0] });
    const there = b.less(iota(b, size), b.sum(hits));
    return unravel(b, first, shape).map((index) => b.where(there, index, fill));
  },
});

function knownPositions(b: Builder, hits: Value): Value {
  const known = knownTensor(hits);
  if (known === null) {
    fail(
      'E_ATTRIBUTE',
      'nonzero of an array that depends on data has no fixed shape.',
      'size= says how many indices to give.',
    );
  }
  return integers(
    b,
    Array.from(known.data as ArrayLike<number>, (hit, i) => (hit === 0 ? -1 : i)).filter((i) => i >= 0),
  );
}

/** Row-major positions as an index for each axis. */
function unravel(b: Builder, position: Value, shape: readonly number[]): Value[] {
  let step = sizeOf(shape);
  return shape.map((d) => {
    step = d === 0 ? 0 : step / d;
    if (step === 0 || isFloat(position.aval.dtype)) return position;
    return b.remainder(b.floor_divide(position, BigInt(step)), BigInt(d));
  });
}
