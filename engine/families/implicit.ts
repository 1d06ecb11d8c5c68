// Solutions that are differentiated by what they solve: linear systems and roots, by the implicit function theorem.

import { isFloat, strong } from '../ir/aval.ts';
import type { Aval } from '../ir/aval.ts';
import { EngineError } from '../errors.ts';
import type { Builder } from '../ir/builder.ts';
import type { Graph, Value } from '../ir/graph.ts';
import { describeNode } from '../ir/graph.ts';
import type { Attrs, Body, JvpSite, Rule, TransposeSite } from '../op.ts';
import { traceBody } from './custom.ts';

const graphOf = (attrs: Attrs, name: string): Graph => (attrs[name] as { graph: Graph }).graph;
const ruleOf = (attrs: Attrs): Rule => (attrs['rule'] as { rule: Rule }).rule;
const avalsOf = (xs: readonly Value[]): Aval[] => xs.map((x) => strong(x.aval));

/** A linear system A x = b: the matrix is a function of constants and x. */
export interface LinearSystem {
  /** From the constants and b to x (and whatever else the solver tells). */
  readonly solve: Body;
  /** From the constants and x to A x. */
  readonly matvec: Graph;
  readonly constants: readonly Value[];
  /** When it is first needed: from the constants and c to the solution of Aᵀ y = c. */
  readonly transposed: Rule;
}

export const emitLinearSolve = (b: Builder, system: LinearSystem, rhs: readonly Value[]): readonly Value[] =>
  b.emit(b.context.ops.get('custom_linear_solve')!, [...system.solve.captures, ...system.constants, ...rhs], {
    primal: { graph: system.solve.graph },
    matvec: { graph: system.matvec },
    rule: { rule: system.transposed },
    captures: system.solve.captures.length,
    constants: system.constants.length,
  });

interface SolveParts {
  readonly captured: readonly Value[];
  readonly constants: readonly Value[];
  readonly rhs: readonly Value[];
}

function partsOf(inputs: readonly Value[], attrs: Attrs): SolveParts {
  const s = attrs['captures'] as number;
  const m = s + (attrs['constants'] as number);
  return { captured: inputs.slice(0, s), constants: inputs.slice(s, m), rhs: inputs.slice(m) };
}

/** The change of what a graph gives at some values when some of its first inputs change. */
export function directional(
  b: Builder,
  graph: Graph,
  moving: readonly Value[],
  tangents: readonly (Value | null)[],
  rest: readonly Value[],
): (Value | null)[] {
  const { inline, linearize } = b.context.passes;
  // Copies, so that what is differentiated is this use of them and no other.
  const copies = moving.map((x, k) => (tangents[k] === null ? x : b.identity(x)));
  const results = inline(b, graph, [...copies, ...rest]);
  const seeds = copies.flatMap((value, k) => {
    const tangent = tangents[k];
    return tangent === null ? [] : [{ value, tangent }];
  });
  return [...linearize(b, results, seeds).tangents];
}

/** A ẋ = ḃ − Ȧ x: the same system with another right-hand side. */
export function tangentsOfLinearSolve(b: Builder, site: JvpSite): (Value | null)[] {
  const { attrs, inputs, outputs, tangents } = site;
  const { captured, constants, rhs } = partsOf(inputs, attrs);
  const [m, n] = [captured.length, rhs.length];
  const ofConstants = tangents.slice(m, m + constants.length);
  const ofRhs = tangents.slice(m + constants.length);
  const x = outputs.slice(0, n);
  const moved = ofConstants.some((t) => t !== null)
    ? directional(b, graphOf(attrs, 'matvec'), constants, ofConstants, x)
    : rhs.map(() => null);
  const change = rhs.map((_y, k) => {
    const [t, d] = [ofRhs[k], moved[k]];
    if (d === null) return t;
    return t === null ? b.negative(d) : b.subtract(t, d);
  });
  if (change.every((t) => t === null)) return outputs.map(() => null);
  const solved = b.emit(
    b.context.ops.get('custom_linear_solve')!,
    [...captured, ...constants, ...change.map((t, k) => t ?? b.zeros(strong(rhs[k].aval)))],
    attrs,
  );
  return outputs.map((_y, k) => (k < n ? solved[k] : null));
}

/** Aᵀ y = c. */
export function transposeLinearSolve(b: Builder, { node, cotangents }: TransposeSite): (Value | null)[] {
  const { attrs, inputs } = node;
  const { captured, constants, rhs } = partsOf(inputs, attrs);
  const n = rhs.length;
  const [solve] = ruleOf(attrs)(b);
  if (solve === undefined) {
    throw new EngineError('E_NO_DERIVATIVE_RULE', {
      ...node.origin?.place,
      message: `${describeNode(node)} has no transpose_solve, and reverse mode passes through it.`,
      hint: 'Give transpose_solve, or symmetric=True where the matrix is symmetric.',
    });
  }
  const original: Body = { graph: graphOf(attrs, 'primal'), captures: captured };
  const solved = emitLinearSolve(
    b,
    {
      solve,
      matvec: transposedMatvec(b, graphOf(attrs, 'matvec'), constants, rhs),
      constants,
      transposed: () => [original],
    },
    cotangents.slice(0, n).map((ct, k) => ct ?? b.zeros(strong(rhs[k].aval))),
  );
  return [...captured.map(() => null), ...constants.map(() => null), ...solved.slice(0, n)];
}

/** From the constants and y to Aᵀ y. */
export function transposedMatvec(
  b: Builder,
  matvec: Graph,
  constants: readonly Value[],
  like: readonly Value[],
): Graph {
  const { graph } = traceBody(b, avalsOf([...constants, ...like]), (xs) => {
    const { inline, transpose } = b.context.passes;
    const variables = like.map((x) => b.placeholder(strong(x.aval)));
    const start = b.nodes.length;
    const results = inline(b, matvec, [...xs.slice(0, constants.length), ...variables]);
    const tape = b.nodes.slice(start);
    return transpose(b, tape, variables, results, xs.slice(constants.length)).map(
      (ct, k) => ct ?? b.zeros(strong(like[k].aval)),
    );
  });
  return graph;
}

/** A root of f(constants, x) = 0. */
export interface Root {
  /** From the constants and a first guess to x (and whatever else the solver tells). */
  readonly solve: Body;
  /** From the constants and x to f. */
  readonly residual: Graph;
  readonly constants: readonly Value[];
  /** From the constants, x and y to the solutions of J v = y and of Jᵀ v = y, J being ∂f/∂x. */
  readonly tangent: Rule;
}

export const emitRoot = (b: Builder, root: Root, guess: readonly Value[]): readonly Value[] =>
  b.emit(b.context.ops.get('custom_root')!, [...root.solve.captures, ...root.constants, ...guess], {
    primal: { graph: root.solve.graph },
    residual: { graph: root.residual },
    rule: { rule: root.tangent },
    captures: root.solve.captures.length,
    constants: root.constants.length,
  });

/** From the constants, x and v to J v. */
export function jacobianOf(b: Builder, residual: Graph, constants: readonly Value[], x: readonly Value[]): Graph {
  const [m, n] = [constants.length, x.length];
  const { graph } = traceBody(b, avalsOf([...constants, ...x, ...x]), (xs) => {
    const { inline, linearize } = b.context.passes;
    const [at, direction] = [xs.slice(m, m + n), xs.slice(m + n)];
    const results = inline(b, residual, [...xs.slice(0, m), ...at]);
    const seeds = at.map((value, k) => ({ value, tangent: direction[k] }));
    return linearize(b, results, seeds).tangents.map((t, k) => t ?? b.zeros(strong(results[k].aval)));
  });
  return graph;
}

/** J ẋ = −(∂f/∂constants) of the constants' tangents. */
export function tangentsOfRoot(b: Builder, site: JvpSite): (Value | null)[] {
  const { attrs, inputs, outputs, tangents } = site;
  const { captured, constants, rhs: guess } = partsOf(inputs, attrs);
  const x = outputs.slice(0, guess.length);
  const moving = tangents.slice(captured.length, captured.length + constants.length);
  if (moving.every((t) => t === null)) return outputs.map(() => null);
  const residual = graphOf(attrs, 'residual');
  const moved = directional(b, residual, constants, moving, x);
  const [solve, transposed] = ruleOf(attrs)(b);
  const solved = emitLinearSolve(
    b,
    {
      solve,
      matvec: jacobianOf(b, residual, constants, x),
      constants: [...constants, ...x],
      transposed: () => [transposed],
    },
    moved.map((t, k) => (t === null ? b.zeros(strong(x[k].aval)) : b.negative(t))),
  );
  return outputs.map((y, k) => (k < x.length && isFloat(y.aval.dtype) ? solved[k] : null));
}
