// Function transforms inside programs: each traces the function it is given and appends its derivative to the graph.

import type { Aval } from '../ir/aval.ts';
import { isFloat, normalizeAxis, sameAval, showAval } from '../ir/aval.ts';
import type { Value } from '../ir/graph.ts';
import { located } from '../errors.ts';
import { batch } from '../transform/batch.ts';
import { jacobianForward, jacobianReverse, jvp, vjp } from '../transform/derivatives.ts';
import { argument, arity } from './calls.ts';
import type { Call, PyFunction, PyValue, Site } from './values.ts';
import { capital, describe, failAt, isKind, isTensor, staticInt, truth, tuple } from './values.ts';
import { flatten, flattenAll } from './trees.ts';

type Transform = (call: Call) => PyValue;

const named = (name: string, call: Transform): PyFunction => ({ kind: 'function', name, call });

function functionIn(call: Call, name: string): PyFunction {
  const [f] = call.args;
  if (f !== undefined && isKind(f, 'function')) return f;
  failAt(call.site.place, 'E_PROGRAM_TYPE', `${name} takes a function first, and is given ${describe(f ?? null)}.`);
}

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

/** Calls f with the chosen arguments renamed, so that what is differentiated is this use of them and no other. */
function withVariables(f: PyFunction, call: Call, positions: readonly number[], name: string): Variables {
  const { site } = call;
  const at = positions.map((p) => normalizeArgument(p, call, name));
  const chosen = flattenAll(
    at.map((p) => call.args[p]),
    `an argument of ${f.name}`,
    site,
  );
  const leaves = chosen.leaves.map((leaf) => renamed(leaf, name, site));
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
  const hasAux = truth(argument(call, 2, 'has_aux') ?? false, call.site.place);
  return named(`${name}(${f.name})`, (inner) => {
    const { site } = inner;
    const { result, leaves, rebuild } = withVariables(f, inner, positions, name);
    let [value, aux]: readonly (PyValue | undefined)[] = [result, undefined];
    if (hasAux) {
      if (!isKind(result, 'tuple') || result.items.length !== 2) {
        failAt(
          site.place,
          'E_PROGRAM_TYPE',
          `With has_aux=True, ${f.name} must return (value, aux), and returns ${describe(result)}.`,
        );
      }
      [value, aux] = result.items;
    }
    const y = scalarResult(value as PyValue, name, site);
    const b = site.builder;
    const pulled = vjp(b, [y], leaves, [b.fill(y.aval, 1)]).map((g, i) => g ?? b.zeros(leaves[i].aval));
    const trees = rebuild(pulled);
    const grads = single ? trees[0] : tuple(trees);
    if (withValue) return tuple([aux === undefined ? y : tuple([y, aux]), grads]);
    return aux === undefined ? grads : tuple([grads, aux]);
  });
}

function jacobian(name: string, call: Call, method: typeof jacobianForward): PyValue {
  const f = functionIn(call, name);
  const { positions, single } = argnumsOf(call, 1, name);
  return named(`${name}(${f.name})`, (inner) => {
    const { result, leaves, rebuild } = withVariables(f, inner, positions, name);
    const outputs = flatten(result, `the result of ${f.name}`, inner.site);
    const rows = outputs.leaves.map((y) => {
      const trees = rebuild(method(inner.site.builder, y, leaves));
      return single ? trees[0] : tuple(trees);
    });
    return outputs.rebuild(rows);
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
  arity(call, 'jvp', 3, 3);
  const f = functionIn(call, 'jvp');
  const { site } = call;
  const [, primals, tangents] = call.args;
  const args = isKind(primals, 'tuple') || isKind(primals, 'list') ? primals.items : undefined;
  if (args === undefined)
    failAt(site.place, 'E_PROGRAM_TYPE', 'jvp takes the arguments as a tuple: jvp(f, (x,), (v,)).');
  const positions = args.map((_v, i) => i);
  const { result, leaves } = withVariables(f, { args, keywords: new Map(), site }, positions, 'jvp');
  const vectors = tangentsFor(leaves, tangents, 'the tangents of jvp', site);
  const outputs = flatten(result, `the result of ${f.name}`, site);
  const b = site.builder;
  const pushed = jvp(b, outputs.leaves, leaves, vectors).map((t, i) => t ?? b.zeros(outputs.leaves[i].aval));
  return tuple([result, outputs.rebuild(pushed)]);
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
  const outputs = flatten(result, `the result of ${f.name}`, site);
  const push = named(`linearize(${f.name})`, (inner) => {
    const b = inner.site.builder;
    const vectors = tangentsFor(leaves, tuple(inner.args), 'the tangents', inner.site);
    const pushed = jvp(b, outputs.leaves, leaves, vectors).map((t, i) => t ?? b.zeros(outputs.leaves[i].aval));
    return outputs.rebuild(pushed);
  });
  return tuple([result, push]);
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
  );
  const outputs = flatten(result, `the result of ${f.name}`, site);
  const pull = named(`vjp(${f.name})`, (inner) => {
    arity(inner, `vjp(${f.name})`, 1, 1);
    const b = inner.site.builder;
    const cts = tangentsFor(outputs.leaves, inner.args[0], 'the cotangents', inner.site);
    const pulled = vjp(b, outputs.leaves, leaves, cts).map((g, i) => g ?? b.zeros(leaves[i].aval));
    return tuple(rebuild(pulled));
  });
  return tuple([result, pull]);
};

/** The axis of each leaf of an argument that vmap maps: an int or None for all of it, or a tuple that mirrors it. */
function axesOf(axes: PyValue, count: number, site: Site): (number | null)[] {
  if (axes === null) return new Array<null>(count).fill(null);
  if (typeof axes === 'bigint') return new Array<number>(count).fill(Number(axes));
  if ((isKind(axes, 'tuple') || isKind(axes, 'list')) && axes.items.length === count) {
    return axes.items.map((a) => (a === null ? null : staticInt(a, 'in_axes of vmap', site)));
  }
  failAt(
    site.place,
    'E_PROGRAM_TYPE',
    `in_axes of vmap is ${describe(axes)}: an int, None, or one of them for each argument was expected.`,
  );
}

const vmapTransform: Transform = (call) => {
  const f = functionIn(call, 'vmap');
  const inAxes = argument(call, 1, 'in_axes') ?? 0n;
  const outAxes = argument(call, 2, 'out_axes') ?? 0n;
  return named(`vmap(${f.name})`, ({ args, keywords, site }) => {
    const b = site.builder;
    const perArgument: PyValue[] =
      isKind(inAxes, 'tuple') || isKind(inAxes, 'list') ? [...inAxes.items] : args.map(() => inAxes);
    if (perArgument.length !== args.length) {
      failAt(
        site.place,
        'E_PROGRAM_TYPE',
        `in_axes has ${perArgument.length} entries, and ${f.name} is given ${args.length} arguments.`,
      );
    }
    const mapped = new Map<Value, Value>();
    let size: number | undefined;
    const fresh = args.map((v, i) => {
      if (perArgument[i] === null) return v;
      const { leaves, rebuild } = flatten(v, `an argument of ${f.name}`, site);
      const axes = axesOf(perArgument[i], leaves.length, site);
      return rebuild(
        leaves.map((leaf, k) => {
          const axis = axes[k];
          if (axis === null) return leaf;
          const first = located(site.place, () => frontAxis(b, leaf, axis));
          const n = first.aval.shape[0];
          if (size !== undefined && size !== n) {
            failAt(site.place, 'E_SHAPE_MISMATCH', `vmap maps axes of different sizes: ${size} and ${n}.`);
          }
          size = n;
          const variable = b.placeholder({ dtype: first.aval.dtype, shape: first.aval.shape.slice(1) });
          mapped.set(variable, first);
          return variable;
        }),
      );
    });
    if (size === undefined)
      failAt(site.place, 'E_PROGRAM_TYPE', 'vmap maps no argument: at least one of in_axes must be an int.');
    const n = size;
    const result = f.call({ args: fresh, keywords, site });
    const { leaves, rebuild } = flatten(result, `the result of ${f.name}`, site);
    const images = batch(b, leaves, mapped, n);
    const outs = axesOf(outAxes, images.length, site);
    return rebuild(images.map((y, i) => located(site.place, () => backAxis(y, outs[i], site))));
  });
};

function frontAxis(b: Site['builder'], x: Value, axis: number): Value {
  const at = normalizeAxis(axis, x.aval.shape.length, 'in_axes of vmap');
  const others = x.aval.shape.map((_d, i) => i).filter((i) => i !== at);
  return b.permute_dims(x, { axes: [at, ...others] });
}

function backAxis(y: Value, axis: number | null, site: Site): Value {
  if (axis === null) failAt(site.place, 'E_PROGRAM_TYPE', 'out_axes of vmap must be an int.');
  const rank = y.aval.shape.length;
  const at = normalizeAxis(axis, rank, 'out_axes of vmap');
  const others = Array.from({ length: rank - 1 }, (_, i) => i + 1);
  return site.builder.permute_dims(y, { axes: [...others.slice(0, at), 0, ...others.slice(at)] });
}

const hessianTransform: Transform = (call) => {
  const forwardOf = (f: PyValue): PyValue =>
    jacobian('hessian', { ...call, args: [f, ...call.args.slice(1)] }, jacobianForward);
  const inner = jacobian('hessian', call, jacobianReverse);
  return forwardOf(inner);
};

/** The transforms by name; each takes a function and returns one (jvp, vjp and linearize also run it). */
export const transforms: ReadonlyMap<string, PyFunction> = new Map(
  (
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
      ['vmap', vmapTransform],
    ] as const satisfies readonly (readonly [string, Transform])[]
  ).map(([name, call]) => [name, named(name, call)]),
);
