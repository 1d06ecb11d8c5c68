// Linearisation: the tangents of some values as a linear program of perturbations of others. Forward mode is this
// program run; reverse mode is its transpose (transpose.ts). There is no other differentiation mechanism.

import { EngineError, invariant } from '../errors.ts';
import type { Builder } from '../ir/builder.ts';
import type { Node, Value } from '../ir/graph.ts';
import { describeNode, reachable } from '../ir/graph.ts';
import { isFloat, isInteger } from '../ir/aval.ts';
import type { Linearized } from '../op.ts';
import { addTangents } from './inline.ts';

/** A perturbation of a value: a tangent added to whatever the value's own inputs contribute. */
export interface Seed {
  readonly value: Value;
  readonly tangent: Value;
}

/**
 * Tangents of `of` under `seeds`. Any value may be seeded, inputs and intermediates alike. Rule by rule in the order of
 * the graph, so that the same graph always makes the same derivative.
 */
export function linearize(b: Builder, of: readonly Value[], seeds: readonly Seed[]): Linearized {
  const start = b.nodes.length;
  const tangents = new Map<Value, Value>();
  for (const { value, tangent } of seeds) {
    if (value.node === undefined) tangents.set(value, sum(b, tangents.get(value), tangent));
  }
  const perturbed = new Map<Node, Seed[]>();
  for (const seed of seeds) {
    const { node } = seed.value;
    if (node !== undefined) perturbed.set(node, [...(perturbed.get(node) ?? []), seed]);
  }
  for (const node of reachable(of)) {
    if (node.inputs.some((x) => tangents.has(x))) pushForward(b, node, tangents);
    for (const seed of perturbed.get(node) ?? []) {
      tangents.set(seed.value, sum(b, tangents.get(seed.value), seed.tangent));
    }
  }
  return { tangents: of.map((v) => tangents.get(v) ?? null), tape: b.nodes.slice(start) };
}

function sum(b: Builder, known: Value | undefined, more: Value): Value {
  return known === undefined ? more : addTangents(b, known, more);
}

function pushForward(b: Builder, node: Node, tangents: Map<Value, Value>): void {
  // What has an integer or boolean dtype has no tangent; nor has what is computed into one.
  if (node.outputs.every((y) => !isFloat(y.aval.dtype))) {
    // A predicate or a search says so by its nature. A conversion to integers cuts the derivative where one may expect
    // it, and so does a draw whose distribution is differentiated.
    const converts = node.op.differentiable === 'yes' && node.outputs.some((y) => isInteger(y.aval.dtype));
    const draws = b.context.ops.get(node.origin?.op ?? '')?.family === 'random';
    if (converts || draws) {
      b.warn(
        'zero_by_convention',
        node.origin?.label ?? null,
        `${describeNode(node)} makes ${converts ? 'integers' : 'discrete draws'}: what passes through them has a derivative of zero.`,
      );
    }
    return;
  }
  const { jvp } = node.op.primitive!;
  if (jvp === undefined) {
    throw new EngineError('E_NO_DERIVATIVE_RULE', {
      ...node.origin?.place,
      message: `${describeNode(node)} has no derivative rule, and what is differentiated passes through it.`,
      hint: 'stop_gradient(x) treats its argument as a constant.',
    });
  }
  const result = b.attributed(node.origin, () =>
    jvp(b, {
      inputs: node.inputs,
      outputs: node.outputs,
      attrs: node.attrs,
      tangents: node.inputs.map((x) => tangents.get(x) ?? null),
    }),
  );
  const list: readonly (Value | null)[] = Array.isArray(result) ? result : [result as Value | null];
  node.outputs.forEach((y, i) => {
    const t = list[i] ?? null;
    if (t === null) {
      if (node.op.differentiable === 'zero' && node.op.name !== 'stop_gradient') {
        b.warn(
          'zero_by_convention',
          node.origin?.label ?? null,
          `${describeNode(node)} is piecewise constant: its derivative is taken as zero.`,
        );
      }
      return;
    }
    invariant(
      t.aval.dtype === y.aval.dtype && t.aval.shape.join() === y.aval.shape.join(),
      `the tangent of ${node.op.name} has another type than its output`,
    );
    tangents.set(y, t);
  });
}
