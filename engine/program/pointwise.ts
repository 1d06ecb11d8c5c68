// Functions of jax.numpy that take functions: vectorize, piecewise, apply_along_axis.

import { located } from '../errors.ts';
import { broadcastShapes, normalizeAxis, sameShape, showAval, sizeOf } from '../ir/aval.ts';
import type { Value } from '../ir/graph.ts';
import { arity, callWith, functionOf, ordered } from './calls.ts';
import type { Call, PyFunction, PyValue, Site } from './values.ts';
import { failAt, isKind, iterate, staticInt } from './values.ts';
import { flatten, flattenAll } from './trees.ts';
import { vmap } from './vmap.ts';

/** The axes that a signature such as "(n,m),(m)->(n)" gives to each argument: how many of its last ones are the function's own. */
function coreRanks(signature: string, count: number, site: Site): number[] {
  const [inputs = ''] = signature.replaceAll(' ', '').split('->');
  const groups = [...inputs.matchAll(/\(([^()]*)\)/g)].map(([, names]) => (names === '' ? 0 : names.split(',').length));
  if (!signature.includes('->') || groups.length !== count) {
    failAt(
      site.place,
      'E_PROGRAM_VALUE',
      `The signature ${JSON.stringify(signature)} of vectorize does not fit ${count} argument${count === 1 ? '' : 's'}: "(n),(n)->()" is one for two vectors.`,
    );
  }
  return groups;
}

/** vectorize(pyfunc, signature=None): a function of scalars, or of small arrays, over all other axes of its arguments. */
function vectorize(outer: Call): PyValue {
  const call = ordered(outer, ['pyfunc']);
  arity(call, 'vectorize', 1, 1, ['signature', 'excluded']);
  const f = functionOf(call.args[0], 'vectorize', call.site);
  const signature = call.keywords.get('signature') ?? null;
  const excluded = call.keywords.get('excluded') ?? null;
  const fixed = new Set(
    excluded === null ? [] : iterate(excluded, call.site).map((v) => staticInt(v, 'excluded', call.site)),
  );
  return {
    kind: 'function',
    name: `vectorize(${f.name})`,
    call({ args, site }) {
      const b = site.builder;
      const moving = args.filter((_v, i) => !fixed.has(i));
      const arrays = flattenAll(moving, `an argument of ${f.name}`, site).leaves;
      const ranks = typeof signature === 'string' ? coreRanks(signature, moving.length, site) : arrays.map(() => 0);
      return located(site.place, () => {
        const outerShapes = arrays.map((x, i) => x.aval.shape.slice(0, Math.max(0, x.aval.shape.length - ranks[i])));
        const loop = broadcastShapes(outerShapes);
        const n = sizeOf(loop);
        const rows = arrays.map((x, i) => {
          const core = x.aval.shape.slice(outerShapes[i].length);
          return b.reshape(b.broadcast(x, [...loop, ...core]), { shape: [n, ...core] });
        });
        const over: PyFunction = {
          kind: 'function',
          name: f.name,
          call(inner) {
            let at = 0;
            return callWith(
              f,
              args.map((v, i) => (fixed.has(i) ? v : inner.args[at++])),
              inner.site,
            );
          },
        };
        const mapped = callWith(callWith(vmap, [over], site) as PyFunction, rows, site);
        const { leaves, rebuild } = flatten(mapped, `the result of ${f.name}`, site);
        return rebuild(leaves.map((y) => b.reshape(y, { shape: [...loop, ...y.aval.shape.slice(1)] })));
      });
    },
  };
}

/** apply_along_axis(func1d, axis, arr, *args): a function of vectors over the lines along an axis. */
function applyAlongAxis(posed: Call): PyValue {
  const call = ordered(posed, ['func1d', 'axis', 'arr']);
  const { site } = call;
  const b = site.builder;
  const f = functionOf(call.args[0], 'apply_along_axis', site);
  const [, axis = null, arr = null, ...rest] = call.args;
  const [x] = flatten(arr, 'what apply_along_axis is given', site).leaves;
  return located(site.place, () => {
    const rank = x.aval.shape.length;
    const at = normalizeAxis(staticInt(axis, 'axis of apply_along_axis', site), rank);
    const others = x.aval.shape.map((_d, i) => i).filter((i) => i !== at);
    const loop = others.map((i) => x.aval.shape[i]);
    const lines = b.reshape(b.permute_dims(x, { axes: [...others, at] }), { shape: [sizeOf(loop), x.aval.shape[at]] });
    const over: PyFunction = {
      kind: 'function',
      name: f.name,
      call: ({ args: [line], site: here }) => f.call({ args: [line, ...rest], keywords: call.keywords, site: here }),
    };
    const mapped = callWith(callWith(vmap, [over], site) as PyFunction, [lines], site);
    const [y] = flatten(mapped, `the result of ${f.name}`, site).leaves;
    const core = y.aval.shape.slice(1);
    const whole = b.reshape(y, { shape: [...loop, ...core] });
    const axes = [
      ...loop.keys().filter((i) => i < at),
      ...core.map((_d, i) => loop.length + i),
      ...loop.keys().filter((i) => i >= at),
    ];
    return b.permute_dims(whole, { axes });
  });
}

/** piecewise(x, condlist, funclist, *args): where a condition holds, what its function gives; the last that holds decides. */
function piecewise(posed: Call): PyValue {
  const call = ordered(posed, ['x', 'condlist', 'funclist']);
  const { site } = call;
  const b = site.builder;
  const [given = null, condlist = null, funclist = null, ...rest] = call.args;
  const [x] = flatten(given, 'x of piecewise', site).leaves;
  const conditions = flatten(condlist, 'condlist of piecewise', site).leaves;
  const functions = isKind(funclist, 'list') || isKind(funclist, 'tuple') ? funclist.items : [];
  const otherwise = functions.length === conditions.length + 1 ? functions[functions.length - 1] : 0n;
  if (functions.length !== conditions.length && functions.length !== conditions.length + 1) {
    failAt(
      site.place,
      'E_PROGRAM_VALUE',
      `piecewise has ${conditions.length} conditions, and ${functions.length} functions: as many, or one more, were expected.`,
    );
  }
  const valueOf = (f: PyValue): Value => {
    const made = isKind(f, 'function') ? f.call({ args: [x, ...rest], keywords: call.keywords, site }) : f;
    const [y] = flatten(made, 'a piece of piecewise', site).leaves;
    const typed = b.cast(y, x.aval.dtype);
    if (y.aval.shape.length > 0 && !sameShape(y.aval.shape, x.aval.shape)) {
      failAt(
        site.place,
        'E_SHAPE_MISMATCH',
        `A piece of piecewise is ${showAval(y.aval)} where x is ${showAval(x.aval)}.`,
      );
    }
    return b.broadcast(typed, x.aval.shape);
  };
  return located(site.place, () =>
    conditions.reduce<Value>(
      (y, condition, i) => b.where(b.broadcast(b.cast(condition, 'bool'), x.aval.shape), valueOf(functions[i]), y),
      valueOf(otherwise),
    ),
  );
}

/** The functions by name. */
export const functionsOfFunctions: ReadonlyMap<string, PyFunction> = new Map(
  Object.entries({ vectorize, apply_along_axis: applyAlongAxis, piecewise }).map(
    ([name, call]): [string, PyFunction] => [name, { kind: 'function', name, call }],
  ),
);
