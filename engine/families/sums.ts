// Sums of cotangents: what only places elements in zeros is added in place of the zeros.

import type { Builder } from '../ir/builder.ts';
import { scalarConstant } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';

/** `onto` plus x where x has a way to be added that costs less than going through all elements; null where it has none. */
export function accumulated(b: Builder, onto: () => Value, { node }: Value): Value | null {
  const rule = node?.op.primitive?.accumulate;
  return node === undefined || rule === undefined || !places(node.outputs[0]) ? null : rule(b, node, onto());
}

/** Whether a value is elements placed in zeros, moved or not. */
function places({ node }: Value): boolean {
  let at = node;
  while (at?.op.primitive?.accumulate !== undefined && at.op.primitive.view !== undefined) at = at.inputs[0].node;
  return at?.op.primitive?.accumulate !== undefined;
}

/** The sum of two cotangents. */
export const addCotangents = (b: Builder, x: Value, y: Value): Value =>
  accumulated(b, () => x, y) ?? accumulated(b, () => y, x) ?? b.add(x, y);

/** Whether a value is known to be zero everywhere. */
export function isZero(x: Value): boolean {
  const scalar = scalarConstant(x);
  return scalar !== null && Number(scalar.data[0]) === 0;
}
