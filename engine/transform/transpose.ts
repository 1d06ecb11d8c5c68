// Transposition: a linear program run backwards, from cotangents of its results to cotangents of its variables.

import { EngineError } from '../errors.ts';
import type { Builder } from '../ir/builder.ts';
import type { Node, Value } from '../ir/graph.ts';
import { describeNode } from '../ir/graph.ts';
import type { Total } from '../op.ts';
import { Accumulator } from './accumulate.ts';

/**
 * Cotangents of `variables` given those of `results`, where `tape` computes the results linearly from the variables.
 * Null is a symbolic zero: nothing is built for it. What is `known` of variables already is part of theirs. The tape decides the
 * order in which contributions are summed, so bits are reproducible.
 */
export function transpose(
  b: Builder,
  tape: readonly Node[],
  variables: readonly Value[],
  results: readonly (Value | null)[],
  cotangents: readonly (Value | null)[],
  known: readonly (Value | null)[] = [],
): (Value | null)[] {
  const linear = new Set<Value>(variables);
  const program = tape.filter((node) => {
    if (!node.inputs.some((x) => linear.has(x))) return false;
    for (const y of node.outputs) linear.add(y);
    return true;
  });

  const incoming = new Map<Value, Accumulator>();
  const sumOf = (x: Value): Accumulator => {
    let sum = incoming.get(x);
    if (sum === undefined) incoming.set(x, (sum = new Accumulator(b)));
    return sum;
  };
  const receive = (x: Value, ct: Value | Total | null): void => {
    if (ct === null) return;
    if ('total' in ct) sumOf(x).become(ct.total);
    else if (ct.node?.op.primitive!.vanishes?.(ct.node) !== true) sumOf(x).add(ct);
  };
  const received = (x: Value): Value | null => incoming.get(x)?.total() ?? null;
  variables.forEach((x, i) => receive(x, known[i] ?? null));
  results.forEach((y, i) => {
    if (y !== null) receive(y, cotangents[i]);
  });

  for (let i = program.length - 1; i >= 0; i--) {
    const node = program[i];
    const cts = node.outputs.map(received);
    if (cts.every((ct) => ct === null)) continue;
    const rule = node.op.primitive!.transpose;
    if (rule === undefined) {
      throw new EngineError('E_NO_DERIVATIVE_RULE', {
        ...node.origin?.place,
        message: `${describeNode(node)} is applied to tangents, and is not linear in them: reverse mode cannot pass.`,
        hint: 'A rule that is given to custom_jvp is linear in its tangents.',
      });
    }
    const mask = node.inputs.map((x) => linear.has(x));
    // Of an input that stands twice, the first place has what is known of it.
    const before = (k: number): Value | null =>
      mask[k] && node.inputs.indexOf(node.inputs[k]) === k ? received(node.inputs[k]) : null;
    const back = b.attributed(node.origin, () => rule(b, { node, cotangents: cts, linear: mask, known: before }));
    node.inputs.forEach((x, k) => {
      if (mask[k]) receive(x, back[k] ?? null);
    });
  }
  return variables.map(received);
}
