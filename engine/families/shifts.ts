// What shifts and whole divisions share: bool counts as an integer there, as in JAX.

import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import type { ElementwiseSpec } from './elementwise.ts';

export const widen =
  (shift: (b: Builder, x: Value, y: Value) => Value): NonNullable<ElementwiseSpec['before']> =>
  (b, [x, y]) =>
    [x, y].every((v) => b.avalOf(v).dtype === 'bool') ? shift(b, b.cast(x, 'int64'), b.cast(y, 'int64')) : null;
