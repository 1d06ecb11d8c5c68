// Function transforms inside programs: each traces the function it is given and appends its derivative to the graph.

import type { Aval } from '../ir/aval.ts';
import { isFloat, normalizeAxis, sameAval, showAval } from '../ir/aval.ts';
import type { Value } from '../ir/graph.ts';
import { located } from '../errors.ts';
import { jacobianForward, jacobianReverse, jvp, vjp } from '../transform/derivatives.ts';
import { argument, arity, callWith, ordered } from './calls.ts';
import type { Call, PyFunction, PyValue, Site } from './values.ts';
import { capital, describe, failAt, isKind, isTensor, staticInt, truth, tuple } from './values.ts';
import { flatten, flattenAll } from './trees.ts';
import { vmap } from './vmap.ts';

type Transform = (call: Call) => PyValue;

const named = (name: string, call: Transform): PyFunction => ({ kind: 'function', name, call });

function functionIn(call: Call, name: string): PyFunction {
  const [f] = ordered(call, ['fun']).args;
  if (f !== undefined && isKind(f, 'function')) return f;
  failAt(call.site.place, 'E_PROGRAM_TYPE', `${name} takes a function first, and is given ${describe(f ?? null)}.`);
}

/** What a function gives, and what it gives beside that where has_aux=True says so. */
function splitAux(
  f: PyFunction,
  result: PyValue,
  hasAux: boolean,
  site: Site,
): { readonly value: PyValue; readonly aux: readonly PyValue[] } {
  if (!hasAux) return { value: result, aux: [] };
  if (!isKind(result, 'tuple') || result.items.length !== 2) {
    failAt(
      site.place,
      'E_PROGRAM_TYPE',
      `With has_aux=True, ${f.name} must return (value, aux), and returns ${describe(result)}.`,
    );
  }
  return { value: result.items[0], aux: [result.items[1]] };
}

const hasAuxIn = (call: Call, at: number): boolean => truth(argument(call, at, 'has_aux') ?? false, call.site.place);

/** The positions to differentiate, and whether one was asked for by an int (its result then stands alone). */
function argnumsOf(
  call: Call,
  at: number,
  name: string,
): { readonly positions: readonly number[]; readonly single: boolean } {
  const given = argument(call, at, 'argnums') ?? 0n;
  if (isKind(given, 'tuple') || isKind(given, 'list')) {
    return { positions: given.items.map((v) => staticInt(v, `argnums of ${name}`, call.site)), single: false };
  }
  return { positions: [staticInt(given, `argnums of ${name}`, call.site)], single: true };
}

interface Variables {
  /** The function's result when its chosen arguments are fresh values. */
  readonly result: PyValue;
  readonly leaves: readonly Value[];
  readonly rebuild: (leaves: readonly PyValue[]) => PyValue[];
}

/**
 * Calls f with the chosen arguments renamed, so that what is differentiated is this use of them and no other. Integers among
 * them are refused, or where they are `kept` stay as they are.
 */
function withVariables(f: PyFunction, call: Call, positions: readonly number[], name: string, kept = false): Variables {
  const { site } = call;
  const at = positions.map((p) => normalizeArgument(p, call, name));
  const chosen = flattenAll(
    at.map((p) => call.args[p]),
    `an argument of ${f.name}`,
    site,
  );
  const leaves = chosen.leaves.map((leaf) => (kept && !isFloat(leaf.aval.dtype) ? leaf : renamed(leaf, name, site)));
  const fresh = chosen.rebuild(leaves);
  const args = call.args.map((v, i) => (at.includes(i) ? fresh[at.indexOf(i)] : v));
  return { result: f.call({ args, keywords: call.keywords, site }), leaves, rebuild: chosen.rebuild };
}

function normalizeArgument(p: number, call: Call, name: string): number {
  return located(call.site.place, () => normalizeAxis(p, call.args.length, `argnums of ${name}`));
}

function renamed(leaf: Value, name: string, site: Site): Value {
  if (!isFloat(leaf.aval.dtype)) {
    failAt(
      site.place,
      'E_NOT_DIFFERENTIABLE',
      `${name} differentiates with respect to ${showAval(leaf.aval)}: only float arguments have derivatives.`,
      'argnums chooses other arguments; 2.0 is a float where 2 is an int.',
    );
  }
  return site.builder.identity(site.builder.cast(leaf, leaf.aval.dtype));
}

function scalarResult(v: PyValue, name: string, site: Site): Value {
  const value = isTensor(v) ? v : typeof v === 'number' ? site.builder.lift(v) : null;
  if (value === null)
    failAt(
      site.place,
      'E_NON_SCALAR_OUTPUT',
      `${name} needs a function that returns a scalar, and this returns ${describe(v)}.`,
    );
  if (!isFloat(value.aval.dtype) || value.aval.shape.length > 0) {
    failAt(
      site.place,
      'E_NON_SCALAR_OUTPUT',
      `${name} needs a function that returns a float scalar, and this returns ${showAval(value.aval)}.`,
      'Sum or average the result, or use jacrev, jacfwd or vjp.',
    );
  }
  return value;
}

function gradients(name: string, call: Call, withValue: boolean): PyValue {
  const f = functionIn(call, name);
  const { positions, single } = argnumsOf(call, 1, name);
  const hasAux = hasAuxIn(call, 2);
  return named(`${name}(${f.name})`, (inner) => {
    const { site } = inner;
    const { result, leaves, rebuild } = withVariables(f, inner, positions, name);
    const { value, aux } = splitAux(f, result, hasAux, site);
    const y = scalarResult(value, name, site);
    const b = site.builder;
    const pulled = vjp(b, [y], leaves, [b.fill(y.aval, 1)]).map((g, i) => g ?? b.zeros(leaves[i].aval));
    const trees = rebuild(pulled);
    const grads = single ? trees[0] : tuple(trees);
    const beside = (v: PyValue): PyValue => (hasAux ? tuple([v, ...aux]) : v);
    return withValue ? tuple([beside(y), grads]) : beside(grads);
  });
}

function jacobian(name: string, call: Call, method: typeof jacobianForward): PyValue {
  const f = functionIn(call, name);
  const { positions, single } = argnumsOf(call, 1, name);
  const hasAux = hasAuxIn(call, 2);
  return named(`${name}(${f.name})`, (inner) => {
    const { result, leaves, rebuild } = withVariables(f, inner, positions, name);
    const { value, aux } = splitAux(f, result, hasAux, inner.site);
    const outputs = flatten(value, `the result of ${f.name}`, inner.site);
    const rows = outputs.leaves.map((y) => {
      const trees = rebuild(method(inner.site.builder, y, leaves));
      return single ? trees[0] : tuple(trees);
    });
    const jacobians = outputs.rebuild(rows);
    return hasAux ? tuple([jacobians, ...aux]) : jacobians;
  });
}

function tangentsFor(leaves: readonly Value[], given: PyValue, what: string, site: Site): Value[] {
  const { leaves: list } = flatten(given, what, site);
  if (list.length !== leaves.length) {
    failAt(
      site.place,
      'E_COTANGENT',
      `${capital(what)}: ${leaves.length} arrays were expected, and ${list.length} are given.`,
    );
  }
  return list.map((t, i) => fitting(t, leaves[i].aval, what, site));
}

function fitting(t: Value, aval: Aval, what: string, site: Site): Value {
  const cast = t.aval.weak === true ? site.builder.cast(t, aval.dtype) : t;
  if (!sameAval(cast.aval, aval)) {
    failAt(
      site.place,
      'E_COTANGENT',
      `${capital(what)}: ${showAval(aval)} was expected, and ${showAval(t.aval)} is given.`,
    );
  }
  return cast;
}

const jvpTransform: Transform = (call) => {
  arity(call, 'jvp', 0, 3, ['fun', 'primals', 'tangents', 'has_aux']);
  const f = functionIn(call, 'jvp');
  const hasAux = hasAuxIn(call, 3);
  const { site } = call;
  const [, primals = null, tangents = null] = ordered(call, ['fun', 'primals', 'tangents']).args;
  const args = isKind(primals, 'tuple') || isKind(primals, 'list') ? primals.items : undefined;
  if (args === undefined)
    failAt(site.place, 'E_PROGRAM_TYPE', 'jvp takes the arguments as a tuple: jvp(f, (x,), (v,)).');
  const positions = args.map((_v, i) => i);
  const { result, leaves } = withVariables(f, { args, keywords: new Map(), site }, positions, 'jvp');
  const vectors = tangentsFor(leaves, tangents, 'the tangents of jvp', site);
  const { value, aux } = splitAux(f, result, hasAux, site);
  const outputs = flatten(value, `the result of ${f.name}`, site);
  const b = site.builder;
  const pushed = jvp(b, outputs.leaves, leaves, vectors).map((t, i) => t ?? b.zeros(outputs.leaves[i].aval));
  return tuple([outputs.rebuild(outputs.leaves), outputs.rebuild(pushed), ...aux]);
};

const linearizeTransform: Transform = (call) => {
  const f = functionIn(call, 'linearize');
  const { site } = call;
  const args = call.args.slice(1);
  const { result, leaves } = withVariables(
    f,
    { args, keywords: new Map(), site },
    args.map((_v, i) => i),
    'linearize',
  );
  const { value, aux } = splitAux(f, result, hasAuxIn(call, Infinity), site);
  const outputs = flatten(value, `the result of ${f.name}`, site);
  const push = named(`linearize(${f.name})`, (inner) => {
    const b = inner.site.builder;
    const vectors = tangentsFor(leaves, tuple(inner.args), 'the tangents', inner.site);
    const pushed = jvp(b, outputs.leaves, leaves, vectors).map((t, i) => t ?? b.zeros(outputs.leaves[i].aval));
    return outputs.rebuild(pushed);
  });
  return tuple([outputs.rebuild(outputs.leaves), push, ...aux]);
};

const vjpTransform: Transform = (call) => {
  const f = functionIn(call, 'vjp');
  const { site } = call;
  const args = call.args.slice(1);
  const { result, leaves, rebuild } = withVariables(
    f,
    { args, keywords: new Map(), site },
    args.map((_v, i) => i),
    'vjp',
    true,
  );
  const variables = leaves.filter((x) => isFloat(x.aval.dtype));
  const { value, aux } = splitAux(f, result, hasAuxIn(call, Infinity), site);
  const outputs = flatten(value, `the result of ${f.name}`, site);
  const pull = named(`vjp(${f.name})`, (inner) => {
    arity(inner, `vjp(${f.name})`, 1, 1);
    const b = inner.site.builder;
    const cts = tangentsFor(outputs.leaves, inner.args[0], 'the cotangents', inner.site);
    const pulled = vjp(b, outputs.leaves, variables, cts);
    return tuple(rebuild(leaves.map((x) => pulled[variables.indexOf(x)] ?? b.zeros(x.aval))));
  });
  return tuple([outputs.rebuild(outputs.leaves), pull, ...aux]);
};

/** linear_transpose(fun, *primals): the transpose of a linear function, from cotangents of its results to those of its arguments. */
const linearTranspose: Transform = (call) => {
  const f = functionIn(call, 'linear_transpose');
  const types = call.args.slice(1);
  return named(`linear_transpose(${f.name})`, (inner) => {
    arity(inner, `linear_transpose(${f.name})`, 1, 1);
    const { site } = inner;
    const b = site.builder;
    const trees = flattenAll(types, `an argument of ${f.name}`, site);
    const variables = trees.leaves.map(({ aval: { dtype, shape } }) => b.placeholder({ dtype, shape }));
    const start = b.nodes.length;
    const result = callWith(f, trees.rebuild(variables), site);
    const outputs = flatten(result, `the result of ${f.name}`, site);
    const tape = b.nodes.slice(start);
    const cts = tangentsFor(outputs.leaves, inner.args[0], 'the cotangents', site);
    const pulled = b.context.passes.transpose(b, tape, variables, outputs.leaves, cts);
    return tuple(trees.rebuild(pulled.map((ct, i) => ct ?? b.zeros(variables[i].aval))));
  });
};

const hessianTransform: Transform = (call) => {
  const given = ordered(call, ['fun', 'argnums', 'has_aux']);
  const inner = jacobian('hessian', given, jacobianReverse);
  return jacobian('hessian', { ...given, args: [inner, ...given.args.slice(1)] }, jacobianForward);
};

/** The transforms by name; each takes a function and returns one (jvp, vjp and linearize also run it). */
export const transforms: ReadonlyMap<string, PyFunction> = new Map([
  ['vmap', vmap],
  ...(
    [
      ['grad', (call) => gradients('grad', call, false)],
      ['value_and_grad', (call) => gradients('value_and_grad', call, true)],
      ['jacfwd', (call) => jacobian('jacfwd', call, jacobianForward)],
      ['jacrev', (call) => jacobian('jacrev', call, jacobianReverse)],
      ['jacobian', (call) => jacobian('jacobian', call, jacobianReverse)],
      ['hessian', hessianTransform],
      ['jvp', jvpTransform],
      ['vjp', vjpTransform],
      ['linearize', linearizeTransform],
      ['linear_transpose', linearTranspose],
    ] as const satisfies readonly (readonly [string, Transform])[]
  ).map(([name, call]): [string, PyFunction] => [name, named(name, call)]),
]);
