// What batching rules share: putting the batch axis first on every operand.

import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import type { BatchSite } from '../op.ts';

/** The value with a leading axis of `size`, repeating it. */
export const repeatFirst = (b: Builder, x: Value, size: number): Value => b.broadcast(x, [size, ...x.aval.shape]);

/** Every operand with the batch axis first: those that are not mapped are repeated. */
export const alignMapped = (b: Builder, site: BatchSite): Value[] =>
  site.inputs.map((x, i) => (site.mapped[i] ? x : repeatFirst(b, x, site.size)));
