// Ops that take a function and differentiate or map it: what a posted graph has of jax.grad and its relatives.

import { fail } from '../errors.ts';
import { isFloat, normalizeAxis, sameAval, showAval } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import type { Args, Op, Operand, Param, Subprogram } from '../op.ts';

/** The operands of a call as values of a dtype of their own. */
export const liftAll = (b: Builder, args: Args, name: string): Value[] =>
  (args[name] as readonly Operand[]).map((x) => {
    const value = b.lift(x);
    return b.cast(value, value.aval.dtype);
  });

/** A function at operands of which some are variables: what it gives, and the variables. */
export function atVariables(
  b: Builder,
  name: string,
  f: Subprogram,
  operands: readonly Value[],
  positions: readonly number[],
): { readonly outputs: readonly Value[]; readonly variables: readonly Value[] } {
  const chosen = positions.map((p) => normalizeAxis(p, operands.length, `argnums of ${name}`));
  const variables = chosen.map((at) => {
    const x = operands[at];
    if (!isFloat(x.aval.dtype)) {
      fail(
        'E_NOT_DIFFERENTIABLE',
        `${name} differentiates with respect to ${showAval(x.aval)}: only floats have derivatives.`,
      );
    }
    // This use of it and no other is differentiated.
    return b.identity(x);
  });
  const outputs = f(
    b,
    operands.map((x, k) => (chosen.includes(k) ? variables[chosen.indexOf(k)] : x)),
  );
  return { outputs, variables };
}

/** The one float scalar that a function gives. */
export function scalarOf(name: string, outputs: readonly Value[]): Value {
  const [y] = outputs;
  if (outputs.length !== 1 || !isFloat(y.aval.dtype) || y.aval.shape.length > 0) {
    fail(
      'E_NON_SCALAR_OUTPUT',
      `${name} needs a function that gives one float scalar, and this gives ${outputs.map((v) => showAval(v.aval)).join(', ') || 'nothing'}.`,
      'Sum the result, or use jacrev, jacfwd or vjp.',
    );
  }
  return y;
}

/** Derivatives that are given, one for each of some values. */
export function matched(name: string, what: string, given: readonly Value[], like: readonly Value[]): Value[] {
  const fits = given.length === like.length && given.every((t, k) => sameAval(t.aval, like[k].aval));
  if (!fits) {
    const show = (xs: readonly Value[]): string => xs.map((x) => showAval(x.aval)).join(', ') || 'nothing';
    fail('E_COTANGENT', `${name} needs ${what} of types ${show(like)}, and is given ${show(given)}.`);
  }
  return [...given];
}

export const zerosOf = (b: Builder, { aval: { dtype, shape } }: Value): Value => b.zeros({ dtype, shape });

const functionParam: Param = { name: 'fun', kind: 'function', doc: 'The name of a function of the graph.' };
const argnumsParam: Param = {
  name: 'argnums',
  kind: 'ints',
  default: [0],
  doc: 'Which operands to differentiate with respect to.',
};
export const operandsParam: Param = { name: 'operands', kind: 'tensors', doc: "The function's arguments." };

/** An op that differentiates a function with respect to some of its arguments. */
export const derivativeOp = (spec: {
  readonly name: string;
  readonly doc: Op['doc'];
  readonly make: (
    b: Builder,
    f: Subprogram,
    operands: readonly Value[],
    argnums: readonly number[],
  ) => readonly Value[];
}): Op => ({
  name: spec.name,
  family: 'control',
  doc: spec.doc,
  params: [functionParam, operandsParam, argnumsParam],
  results: 'list',
  differentiable: 'yes',
  samples: [],
  call: (b, args) =>
    spec.make(b, args['fun'] as Subprogram, liftAll(b, args, 'operands'), args['argnums'] as readonly number[]),
});

/** An op of a function with more operands than its arguments. */
export const functionalOp = (spec: {
  readonly name: string;
  readonly doc: Op['doc'];
  readonly params: readonly Param[];
  readonly call: Op['call'];
}): Op => ({
  name: spec.name,
  family: 'control',
  doc: spec.doc,
  params: [functionParam, ...spec.params],
  results: 'list',
  differentiable: 'yes',
  samples: [],
  call: spec.call,
});
