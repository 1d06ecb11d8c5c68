// Whether a derivative can be computed at all, or only be transposed.

import { subgraphsOf } from '../families/bodies.ts';
import type { Node, Value } from '../ir/graph.ts';
import { reachable } from '../ir/graph.ts';

/** Whether values can be computed: not where they pass a function of which only the reverse rule is known. */
export const isRunnable = (results: readonly (Value | null)[]): boolean =>
  !reachable(results.flatMap((y) => y ?? [])).some(refuses);

const refuses = ({ op, attrs }: Node): boolean =>
  op.primitive!.refuse !== undefined || subgraphsOf(attrs).some(({ nodes }) => nodes.some(refuses));
