// Functions of a program with derivative rules of their own: custom_vjp with defvjp, custom_jvp with defjvp and defjvps.

import type { Aval } from '../ir/aval.ts';
import { isFloat, sameShape, showAval } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import type { Body } from '../op.ts';
import { emitCustom, traceBody } from '../families/custom.ts';
import { arity, callWith, functionOf } from './calls.ts';
import type { Call, PyFunction, PyValue, Site } from './values.ts';
import { describe, failAt, isKind, isTensor, staticInt, truth, tuple } from './values.ts';
import type { Tree } from './trees.ts';
import { flatten, flattenAll } from './trees.ts';

/** The arguments of a call: those that are differentiated as leaves, the others as they are. */
interface Split {
  readonly leaves: readonly Value[];
  /** All arguments around other leaves. */
  readonly rebuild: (leaves: readonly PyValue[]) => PyValue[];
  /** The arguments that are not differentiated, in their order. */
  readonly fixed: readonly PyValue[];
  /** The structures of those that are. */
  readonly trees: readonly Tree[];
}

function splitArguments({ args, site }: Call, nondiff: readonly number[], name: string): Split {
  const fixed = args.filter((_v, i) => nondiff.includes(i));
  const chosen = args.filter((_v, i) => !nondiff.includes(i));
  const { leaves, rebuild } = flattenAll(chosen, `an argument of ${name}`, site);
  return {
    leaves,
    fixed,
    trees: chosen.map((v) => flatten(v, `an argument of ${name}`, site)),
    rebuild(given) {
      const rebuilt = rebuild(given);
      let at = 0;
      return args.map((v, i) => (nondiff.includes(i) ? v : rebuilt[at++]));
    },
  };
}

/** The function itself as a graph of its arguments, and the structure of what it gives. */
function traceFunction(
  f: PyFunction,
  call: Call,
  nondiff: readonly number[],
): { readonly split: Split; readonly avals: readonly Aval[]; readonly primal: Body; readonly outs: Tree } {
  const { site } = call;
  const split = splitArguments(call, nondiff, f.name);
  const avals = split.leaves.map((x) => x.aval);
  let results: Tree | undefined;
  const primal = traceBody(site.builder, avals, (xs) => {
    results = flatten(callWith(f, split.rebuild(xs), site), `the result of ${f.name}`, site);
    return results.leaves;
  });
  return { split, avals, primal, outs: results! };
}

function nondiffOf(call: Call, name: string): number[] {
  const given = call.keywords.get('nondiff_argnums') ?? call.args[1] ?? tuple([]);
  if (isKind(given, 'tuple') || isKind(given, 'list')) {
    return given.items.map((v) => staticInt(v, `nondiff_argnums of ${name}`, call.site));
  }
  return [staticInt(given, `nondiff_argnums of ${name}`, call.site)];
}

/** f(*args, **keywords) with the keywords at the positions of f's own parameters where it has names. */
function positional(f: PyFunction, call: Call): Call {
  if (call.keywords.size === 0) return call;
  const names = f.parameters;
  if (names === undefined) {
    failAt(call.site.place, 'E_PROGRAM_TYPE', `${f.name} has a rule of its own: give its arguments by position.`);
  }
  const args = [...call.args];
  for (const [key, v] of call.keywords) {
    const at = names.indexOf(key);
    if (at < 0) failAt(call.site.place, 'E_OP_ARITY', `${f.name} has no parameter ${JSON.stringify(key)}.`);
    args[at] = v;
  }
  if (args.includes(undefined as never) || args.length > names.length) {
    failAt(call.site.place, 'E_PROGRAM_TYPE', `${f.name} has a rule of its own: give all of its arguments.`);
  }
  return { args, keywords: new Map(), site: call.site };
}

function pairOf(v: PyValue, what: string, site: Site): readonly [PyValue, PyValue] {
  if (isKind(v, 'tuple') && v.items.length === 2) return [v.items[0], v.items[1]];
  failAt(site.place, 'E_PROGRAM_TYPE', `${what} must return a pair, and returns ${describe(v)}.`);
}

/** Leaves of a derivative that stands for others: of their structure and types, None being zero. */
function matching(v: PyValue, like: Tree, what: string, site: Site): (Value | null)[] {
  const b = site.builder;
  if (v === null) return like.leaves.map(() => null);
  const { leaves } = flatten(v, what, site);
  const wanted = leaves.length === like.leaves.length ? like.leaves : like.leaves.filter((x) => isFloat(x.aval.dtype));
  if (leaves.length !== wanted.length) {
    failAt(
      site.place,
      'E_COTANGENT',
      `${what} has ${leaves.length} arrays, and ${like.leaves.length} were expected: as many as what it belongs to.`,
    );
  }
  let at = 0;
  return like.leaves.map((x) => {
    if (leaves.length !== like.leaves.length && !isFloat(x.aval.dtype)) return null;
    const t = leaves[at++];
    if (!isFloat(x.aval.dtype)) return null;
    const cast = t.aval.weak === true ? b.cast(t, x.aval.dtype) : t;
    if (cast.aval.dtype !== x.aval.dtype || !sameShape(cast.aval.shape, x.aval.shape)) {
      failAt(site.place, 'E_COTANGENT', `${what} has ${showAval(t.aval)} where ${showAval(x.aval)} was expected.`);
    }
    return cast;
  });
}

const floatsOf = (xs: readonly Value[]): Value[] => xs.filter((x) => isFloat(x.aval.dtype));
const strong = ({ aval: { dtype, shape } }: Value) => ({ dtype, shape });

const method = (name: string, call: (call: Call) => PyValue): PyFunction => ({ kind: 'function', name, call });

/** custom_vjp(fun, nondiff_argnums=()): its defvjp(fwd, bwd) sets the rule. */
function customVjp(outer: Call): PyFunction {
  arity(outer, 'custom_vjp', 1, 2, ['nondiff_argnums']);
  const f = functionOf(outer.args[0], 'custom_vjp', outer.site);
  const nondiff = nondiffOf(outer, 'custom_vjp');
  let rules: { readonly forward: PyFunction; readonly backward: PyFunction } | undefined;
  const defvjp = method('defvjp', (call) => {
    arity(call, 'defvjp', 0, 2, ['fwd', 'bwd', 'symbolic_zeros', 'optimize_remat']);
    rules = {
      forward: functionOf(call.args[0] ?? call.keywords.get('fwd'), 'defvjp', call.site),
      backward: functionOf(call.args[1] ?? call.keywords.get('bwd'), 'defvjp', call.site),
    };
    return null;
  });
  return {
    kind: 'function',
    name: f.name,
    parameters: f.parameters,
    methods: new Map([['defvjp', defvjp]]),
    call(given) {
      const call = positional(f, given);
      const { site } = call;
      const b = site.builder;
      if (rules === undefined) {
        failAt(
          site.place,
          'E_PROGRAM_VALUE',
          `${f.name} is a custom_vjp without a rule.`,
          `Call ${f.name}.defvjp(fwd, bwd) first.`,
        );
      }
      const { forward: fwd, backward: bwd } = rules;
      const { split, avals, primal, outs } = traceFunction(f, call, nondiff);
      const rule = (on: Builder): readonly Body[] => {
        let saved: Tree | undefined;
        const forward = traceBody(on, avals, (xs) => {
          const [out, residuals] = pairOf(
            callWith(fwd, split.rebuild(xs), site),
            `The forward rule of ${f.name}`,
            site,
          );
          const made = flatten(out, `the result of ${fwd.name}`, site).leaves;
          if (
            made.length !== outs.leaves.length ||
            made.some((y, k) => showAval(y.aval) !== showAval(outs.leaves[k].aval))
          ) {
            failAt(
              site.place,
              'E_COTANGENT',
              `The forward rule of ${f.name} gives ${made.map((y) => showAval(y.aval)).join(', ')}, and the function ${outs.leaves.map((y) => showAval(y.aval)).join(', ')}: they must be the same.`,
            );
          }
          saved = flatten(residuals, `the residuals of ${f.name}`, site);
          return [...made, ...saved.leaves];
        });
        const kept = saved!;
        const live = floatsOf(outs.leaves);
        const backward = traceBody(on, [...kept.leaves.map((x) => x.aval), ...live.map(strong)], (xs) => {
          const residuals = kept.rebuild(xs.slice(0, kept.leaves.length));
          let at = kept.leaves.length;
          const cts = outs.rebuild(outs.leaves.map((y) => (isFloat(y.aval.dtype) ? xs[at++] : null)));
          const back = callWith(bwd, [...split.fixed, residuals, cts], site);
          const items = isKind(back, 'tuple') || isKind(back, 'list') ? back.items : null;
          if (items === null || items.length !== split.trees.length) {
            failAt(
              site.place,
              'E_COTANGENT',
              `The reverse rule of ${f.name} must return a tuple with a cotangent for each of the ${split.trees.length} arguments, and returns ${describe(back)}.`,
            );
          }
          return split.trees.flatMap((tree, k) =>
            matching(items[k], tree, `The cotangent of argument ${k + 1} of ${f.name}`, site).flatMap((ct, i) =>
              isFloat(tree.leaves[i].aval.dtype) ? [ct ?? on.zeros(strong(tree.leaves[i]))] : [],
            ),
          );
        });
        return [forward, backward];
      };
      return outs.rebuild(
        b.attributed({ op: f.name, place: site.place }, () => emitCustom(b, 'custom_vjp', primal, rule, split.leaves)),
      );
    },
  };
}

/** custom_jvp(fun, nondiff_argnums=()): its defjvp(rule), or defjvps(*rules) with one for each argument, sets the rule. */
function customJvp(outer: Call): PyFunction {
  arity(outer, 'custom_jvp', 1, 2, ['nondiff_argnums']);
  const f = functionOf(outer.args[0], 'custom_jvp', outer.site);
  const nondiff = nondiffOf(outer, 'custom_jvp');
  let rule: ((fixed: readonly PyValue[], primals: PyValue, tangents: PyValue, site: Site) => PyValue) | undefined;
  const self: PyFunction = {
    kind: 'function',
    name: f.name,
    parameters: f.parameters,
    methods: new Map([
      [
        'defjvp',
        method('defjvp', (call) => {
          arity(call, 'defjvp', 1, 1, ['symbolic_zeros']);
          if (truth(call.keywords.get('symbolic_zeros') ?? false, call.site.place)) {
            failAt(
              call.site.place,
              'E_PROGRAM_UNSUPPORTED',
              'symbolic_zeros of defjvp is not available: tangents are arrays here.',
            );
          }
          const given = functionOf(call.args[0], 'defjvp', call.site);
          rule = (fixed, primals, tangents, site) => callWith(given, [...fixed, primals, tangents], site);
          return given;
        }),
      ],
      [
        'defjvps',
        method('defjvps', (call) => {
          const rules = call.args.map((v) => (v === null ? null : functionOf(v, 'defjvps', call.site)));
          rule = (_fixed, primals, tangents, site) => perArgument(self, rules, primals, tangents, site);
          return null;
        }),
      ],
    ]),
    call(given) {
      const call = positional(f, given);
      const { site } = call;
      const b = site.builder;
      if (rule === undefined) {
        failAt(
          site.place,
          'E_PROGRAM_VALUE',
          `${f.name} is a custom_jvp without a rule.`,
          `Call ${f.name}.defjvp(rule) first.`,
        );
      }
      const derive = rule;
      const { split, avals, primal, outs } = traceFunction(f, call, nondiff);
      const live = floatsOf(split.leaves);
      const body = (on: Builder): readonly Body[] => [
        traceBody(on, [...avals, ...live.map(strong)], (xs) => {
          const primals = split.rebuild(xs.slice(0, avals.length)).filter((_v, i) => !nondiff.includes(i));
          let at = avals.length;
          const tangentLeaves = split.leaves.map((x) => (isFloat(x.aval.dtype) ? xs[at++] : on.zeros(strong(x))));
          const tangents = split.rebuild(tangentLeaves).filter((_v, i) => !nondiff.includes(i));
          const made = derive(split.fixed, tuple(primals), tuple(tangents), site);
          const [, tangentOut] = pairOf(made, `The rule of ${f.name}`, site);
          return matching(tangentOut, outs, `The tangent of ${f.name}`, site).flatMap((t, k) =>
            isFloat(outs.leaves[k].aval.dtype) ? [t ?? on.zeros(strong(outs.leaves[k]))] : [],
          );
        }),
      ];
      return outs.rebuild(
        b.attributed({ op: f.name, place: site.place }, () => emitCustom(b, 'custom_jvp', primal, body, split.leaves)),
      );
    },
  };
  return self;
}

/** Σ ruleᵢ(tangentᵢ, answer, *primals), None being no dependence. */
function perArgument(
  f: PyFunction,
  rules: readonly (PyFunction | null)[],
  primals: PyValue,
  tangents: PyValue,
  site: Site,
): PyValue {
  const [xs, ts] = [primals, tangents].map((v) => (isKind(v, 'tuple') ? v.items : []));
  const answer = callWith(f, xs, site);
  const b = site.builder;
  let sum: Value | null = null;
  rules.forEach((rule, k) => {
    if (rule === null) return;
    const term = callWith(rule, [ts[k], answer, ...xs], site);
    const value = isTensor(term) ? term : flatten(term, 'a tangent', site).leaves[0];
    sum = sum === null ? value : b.add(sum, value);
  });
  return tuple([answer, sum]);
}

/** The functions by name. */
export const customRules: ReadonlyMap<string, PyFunction> = new Map(
  Object.entries({ custom_vjp: customVjp, custom_jvp: customJvp }).map(([name, call]) => [
    name,
    { kind: 'function', name, call },
  ]),
);
