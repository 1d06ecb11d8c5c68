// Transposition: a linear program run backwards, from cotangents of its results to cotangents of its variables.

import { EngineError } from '../errors.ts';
import type { Builder } from '../ir/builder.ts';
import type { Node, Value } from '../ir/graph.ts';
import { describeNode } from '../ir/graph.ts';
import { addStacked } from '../families/loops.ts';
import { addCotangents } from '../families/sums.ts';

/**
 * Cotangents of `variables` given those of `results`, where `tape` computes the results linearly from the variables.
 * Null is a symbolic zero: nothing is built for it. Contributions are summed in tape order, so bits are reproducible.
 */
export function transpose(
  b: Builder,
  tape: readonly Node[],
  variables: readonly Value[],
  results: readonly (Value | null)[],
  cotangents: readonly (Value | null)[],
): (Value | null)[] {
  const linear = new Set<Value>(variables);
  const program = tape.filter((node) => {
    if (!node.inputs.some((x) => linear.has(x))) return false;
    for (const y of node.outputs) linear.add(y);
    return true;
  });

  const incoming = new Map<Value, Value>();
  const receive = (x: Value, ct: Value | null): void => {
    if (ct === null) return;
    const known = incoming.get(x);
    incoming.set(x, known === undefined ? ct : add(b, known, ct));
  };
  results.forEach((y, i) => {
    if (y !== null) receive(y, cotangents[i]);
  });

  for (let i = program.length - 1; i >= 0; i--) {
    const node = program[i];
    const cts = node.outputs.map((y) => incoming.get(y) ?? null);
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
    const back = b.attributed(node.origin, () => rule(b, { node, cotangents: cts, linear: mask }));
    node.inputs.forEach((x, k) => {
      if (mask[k]) receive(x, back[k] ?? null);
    });
  }
  return variables.map((x) => incoming.get(x) ?? null);
}

const add = (b: Builder, x: Value, y: Value): Value =>
  x.aval.stacked === true ? addStacked(b, x, y) : addCotangents(b, x, y);
