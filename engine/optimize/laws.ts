// The laws that ops declare, put to use: a node that is another value bit for bit is not made.

import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import type { Attrs, Op } from '../op.ts';
import { knownNumber, negated } from '../families/laws.ts';

/** The value that a node would be, from less; null where no law tells of one. */
export function applyLaws(b: Builder, op: Op, inputs: readonly Value[], attrs: Attrs): Value | null {
  const { laws } = op.primitive!;
  if (laws === undefined) return null;
  const [x, y] = inputs;
  const inside = x.node?.op === op && inputs.length === 1 ? x.node.inputs[0] : null;
  if (inside !== null && laws.undoesItself === true) return inside;
  if (inside !== null && laws.settles === true) return x;
  if (inputs.length === 2 && x === y && laws.settles === true) return x;
  // Numbers without sign have no negative: theirs wraps.
  if (laws.even === true && x.aval.dtype !== 'uint8') {
    const positive = negated(x);
    if (positive !== null) return b.emitOne(op, [positive], attrs);
  }
  const numbers = inputs.length === 2 ? laws.neutral?.(x.aval.dtype) : undefined;
  if (numbers !== undefined) {
    if (isNumber(y, numbers[1])) return x;
    if (isNumber(x, numbers[0])) return y;
  }
  return laws.rewrite?.(b, inputs, attrs) ?? null;
}

/** Whether a value is this number everywhere: +0 and −0 are two. */
function isNumber(x: Value, number: number | bigint | boolean | null): boolean {
  const known = knownNumber(x);
  if (number === null || known === null) return false;
  return typeof known === 'bigint' ? known === BigInt(number) : Object.is(known, Number(number));
}
