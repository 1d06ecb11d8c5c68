// Implicit differentiation inside programs: custom_linear_solve and custom_root of jax.lax.

import { sameAval, showAval } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Graph, Value } from '../ir/graph.ts';
import type { Body } from '../op.ts';
import { traceBody } from '../families/custom.ts';
import { emitLinearSolve, emitRoot, jacobianOf, transposedMatvec } from '../families/implicit.ts';
import { argument, arity, callWith, functionOf } from './calls.ts';
import type { Call, PyFunction, PyValue, Site } from './values.ts';
import { describe, failAt, isKind, truth, tuple } from './values.ts';
import type { Tree } from './trees.ts';
import { flatten } from './trees.ts';

const strong = ({ aval: { dtype, shape } }: Value) => ({ dtype, shape });

/** Arrays of the structure and types of others. */
function leavesLike(v: PyValue, like: Tree, what: string, site: Site): readonly Value[] {
  const { leaves } = flatten(v, what, site);
  const b = site.builder;
  const cast = leaves.map((x, k) =>
    x.aval.weak === true && like.leaves[k] !== undefined ? b.cast(x, like.leaves[k].aval.dtype) : x,
  );
  if (cast.length === like.leaves.length && cast.every((x, k) => sameAval(x.aval, like.leaves[k].aval))) return cast;
  const show = (xs: readonly Value[]): string => xs.map((x) => showAval(x.aval)).join(', ') || 'nothing';
  failAt(site.place, 'E_SHAPE_MISMATCH', `${what} is ${show(leaves)}, and ${show(like.leaves)} was expected.`);
}

/** A graph's function as one of the program's, on trees of one structure. */
const asFunction = (b: Builder, name: string, graph: Graph, first: readonly Value[], tree: Tree): PyFunction => ({
  kind: 'function',
  name,
  call({ args, site }) {
    const given = leavesLike(args[0] ?? null, tree, `what ${name} is given`, site);
    return tree.rebuild(b.context.passes.inline(b, graph, [...first, ...given]));
  },
});

/** What a solver gives: the solution, and what else it tells where it does. */
function solution(v: PyValue, like: Tree, hasAux: boolean, site: Site): { leaves: readonly Value[]; aux: Tree | null } {
  if (!hasAux) return { leaves: leavesLike(v, like, 'the solution', site), aux: null };
  if (!isKind(v, 'tuple') || v.items.length !== 2) {
    failAt(
      site.place,
      'E_PROGRAM_TYPE',
      `With has_aux=True a solver returns (solution, aux), and returns ${describe(v)}.`,
    );
  }
  const aux = flatten(v.items[1], 'aux of the solver', site);
  return { leaves: [...leavesLike(v.items[0], like, 'the solution', site), ...aux.leaves], aux };
}

function rebuilt(outputs: readonly Value[], tree: Tree, aux: Tree | null): PyValue {
  const n = tree.leaves.length;
  const x = tree.rebuild(outputs.slice(0, n));
  return aux === null ? x : tuple([x, aux.rebuild(outputs.slice(n))]);
}

/** The function of x as a graph (constants…, x…) → f, and its constants: whatever it uses from outside. */
function opened(b: Builder, f: PyFunction, tree: Tree, site: Site): { graph: Graph; constants: readonly Value[] } {
  const { graph, captures } = traceBody(b, tree.leaves.map(strong), (xs) =>
    leavesLike(callWith(f, [tree.rebuild(xs)], site), tree, `the result of ${f.name}`, site),
  );
  return { graph, constants: captures };
}

/** custom_linear_solve(matvec, b, solve, transpose_solve=None, symmetric=False, has_aux=False). */
function customLinearSolve(call: Call): PyValue {
  const { site } = call;
  const b = site.builder;
  arity(call, 'custom_linear_solve', 0, 6, ['matvec', 'b', 'solve', 'transpose_solve', 'symmetric', 'has_aux']);
  const matvec = functionOf(argument(call, 0, 'matvec'), 'custom_linear_solve', site);
  const rhs = flatten(argument(call, 1, 'b') ?? null, 'b of custom_linear_solve', site);
  const solve = functionOf(argument(call, 2, 'solve'), 'custom_linear_solve', site);
  const given = argument(call, 3, 'transpose_solve') ?? null;
  const symmetric = truth(argument(call, 4, 'symmetric') ?? false, site.place);
  const hasAux = truth(argument(call, 5, 'has_aux') ?? false, site.place);
  const back = symmetric ? solve : given === null ? null : functionOf(given, 'custom_linear_solve', site);
  const { graph, constants } = opened(b, matvec, rhs, site);
  const types = [...constants, ...rhs.leaves].map(strong);
  const m = constants.length;
  let aux: Tree | null = null;
  const solver = (on: Builder, by: PyFunction, matrix: Graph): Body =>
    traceBody(on, types, (xs) => {
      const apply = asFunction(on, matvec.name, matrix, xs.slice(0, m), rhs);
      const solved = solution(callWith(by, [apply, rhs.rebuild(xs.slice(m))], site), rhs, hasAux, site);
      aux ??= solved.aux;
      return solved.leaves;
    });
  const primal = solver(b, solve, graph);
  const outputs = b.attributed({ op: 'custom_linear_solve', place: site.place }, () =>
    emitLinearSolve(
      b,
      {
        solve: primal,
        matvec: graph,
        constants,
        transposed: (on) =>
          back === null
            ? []
            : [solver(on, back, symmetric ? graph : transposedMatvec(on, graph, constants, rhs.leaves))],
      },
      rhs.leaves.map((x) => b.cast(x, x.aval.dtype)),
    ),
  );
  return rebuilt(outputs, rhs, aux);
}

/** custom_root(f, initial_guess, solve, tangent_solve, has_aux=False). */
function customRoot(call: Call): PyValue {
  const { site } = call;
  const b = site.builder;
  arity(call, 'custom_root', 0, 5, ['f', 'initial_guess', 'solve', 'tangent_solve', 'has_aux']);
  const f = functionOf(argument(call, 0, 'f'), 'custom_root', site);
  const guess = flatten(argument(call, 1, 'initial_guess') ?? null, 'initial_guess of custom_root', site);
  const solve = functionOf(argument(call, 2, 'solve'), 'custom_root', site);
  const tangentSolve = functionOf(argument(call, 3, 'tangent_solve'), 'custom_root', site);
  const hasAux = truth(argument(call, 4, 'has_aux') ?? false, site.place);
  const { graph: residual, constants } = opened(b, f, guess, site);
  const m = constants.length;
  const n = guess.leaves.length;
  let aux: Tree | null = null;
  const primal = traceBody(b, [...constants, ...guess.leaves].map(strong), (xs) => {
    const apply = asFunction(b, f.name, residual, xs.slice(0, m), guess);
    const solved = solution(callWith(solve, [apply, guess.rebuild(xs.slice(m))], site), guess, hasAux, site);
    aux = solved.aux;
    return solved.leaves;
  });
  const tangent = (on: Builder): readonly Body[] => {
    const at = [...constants, ...guess.leaves];
    const jacobian = jacobianOf(on, residual, constants, guess.leaves);
    return [jacobian, transposedMatvec(on, jacobian, at, guess.leaves)].map((matrix) =>
      traceBody(on, [...at, ...guess.leaves].map(strong), (xs) => {
        const apply = asFunction(on, `the derivative of ${f.name}`, matrix, xs.slice(0, m + n), guess);
        return leavesLike(
          callWith(tangentSolve, [apply, guess.rebuild(xs.slice(m + n))], site),
          guess,
          'the solution',
          site,
        );
      }),
    );
  };
  const outputs = b.attributed({ op: 'custom_root', place: site.place }, () =>
    emitRoot(
      b,
      { solve: primal, residual, constants, tangent },
      guess.leaves.map((x) => b.cast(x, x.aval.dtype)),
    ),
  );
  return rebuilt(outputs, guess, aux);
}

/** The functions by name. */
export const implicit: ReadonlyMap<string, PyFunction> = new Map(
  Object.entries({ custom_linear_solve: customLinearSolve, custom_root: customRoot }).map(([name, call]) => [
    name,
    { kind: 'function', name, call },
  ]),
);
