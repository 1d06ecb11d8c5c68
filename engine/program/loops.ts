// jax.lax's loops whose trip count is static: scan, fori_loop and map, unrolled into the graph.

import { located } from '../errors.ts';
import { sameShape, showAval } from '../ir/aval.ts';
import type { Value } from '../ir/graph.ts';
import type { Call, PyFunction, PyValue, Site } from './values.ts';
import { arity } from './calls.ts';
import type { Tree } from './trees.ts';
import { flatten } from './trees.ts';
import { describe, failAt, isKind, row, staticInt, truth, tuple } from './values.ts';

function functionOf(v: PyValue | undefined, name: string, site: Site): PyFunction {
  if (v !== undefined && isKind(v, 'function')) return v;
  failAt(site.place, 'E_PROGRAM_TYPE', `${name} takes a function, and is given ${describe(v ?? null)}.`);
}

/** What a loop carries keeps its shape and its dtype; a number that was written down takes that of the first turn. */
function sameCarry(before: Tree, after: Tree, name: string, site: Site): void {
  const fits =
    before.leaves.length === after.leaves.length &&
    before.leaves.every(
      ({ aval }, i) =>
        sameShape(aval.shape, after.leaves[i].aval.shape) &&
        (aval.dtype === after.leaves[i].aval.dtype || aval.weak === true),
    );
  if (fits) return;
  const show = ({ leaves }: Tree): string => leaves.map((v) => showAval(v.aval)).join(', ') || 'nothing';
  failAt(
    site.place,
    'E_SHAPE_MISMATCH',
    `${name} carries ${show(before)} into a turn and ${show(after)} out of it: they must be the same.`,
  );
}

/** The same with arrays where there were numbers: what a loop carries is traced. */
function traced(v: PyValue, name: string, site: Site): PyValue {
  const { leaves, rebuild } = flatten(v, `the carry of ${name}`, site);
  return rebuild(leaves);
}

function turn(body: PyFunction, carry: PyValue, args: readonly PyValue[], name: string, site: Site): PyValue {
  site.step();
  const result = body.call({ args, keywords: new Map(), site });
  const out = name === 'scan' ? pair(result, site).items[0] : result;
  sameCarry(flatten(carry, `the carry of ${name}`, site), flatten(out, `the carry of ${name}`, site), name, site);
  return result;
}

function pair(v: PyValue, site: Site): Extract<PyValue, { kind: 'tuple' }> {
  if (isKind(v, 'tuple') && v.items.length === 2) return v;
  failAt(site.place, 'E_PROGRAM_TYPE', `The function of scan returns ${describe(v)}, where (carry, y) was expected.`);
}

/** Trees of the same structure, one for each turn, as one tree with a leading axis. */
function stacked(ys: readonly PyValue[], site: Site): PyValue {
  const trees = ys.map((y) => flatten(y, 'what a turn gives', site));
  const [first] = trees;
  return first.rebuild(
    first.leaves.map((_leaf, k) =>
      located(site.place, () =>
        site.builder.stack(
          trees.map((t) => t.leaves[k]),
          { axis: 0 },
        ),
      ),
    ),
  );
}

/** The leading axis that the arrays share. */
function lengthOf(leaves: readonly Value[], name: string, site: Site): number {
  const sizes = leaves.map((v) => v.aval.shape[0]);
  if (sizes.length > 0 && sizes.every((n) => n !== undefined && n === sizes[0])) return sizes[0];
  failAt(
    site.place,
    'E_SHAPE_MISMATCH',
    `${name} runs over the leading axis of ${leaves.map((v) => showAval(v.aval)).join(', ') || 'no array'}: it needs one size.`,
  );
}

/** scan(f, init, xs, length=None, reverse=False): (carry, x) → (carry, y), and all y stacked. */
function scan(call: Call): PyValue {
  const { args, keywords, site } = call;
  arity(call, 'scan', 1, 4, ['init', 'xs', 'length', 'reverse', 'unroll']);
  const body = functionOf(args[0], 'scan', site);
  const xs = args[2] ?? keywords.get('xs') ?? null;
  const given = args[3] ?? keywords.get('length') ?? null;
  const reverse = truth(keywords.get('reverse') ?? false, site.place);
  const { leaves, rebuild } = flatten(xs, 'xs of scan', site);
  if (leaves.length === 0 && given === null) {
    failAt(site.place, 'E_OP_ARITY', 'scan needs xs, or a length where there is none.');
  }
  const n = leaves.length > 0 ? lengthOf(leaves, 'scan', site) : staticInt(given, 'length of scan', site);
  if (given !== null && staticInt(given, 'length of scan', site) !== n) {
    failAt(
      site.place,
      'E_SHAPE_MISMATCH',
      `scan is given length ${staticInt(given, 'length', site)}, and xs has ${n}.`,
    );
  }
  let carry = traced(args[1] ?? keywords.get('init') ?? null, 'scan', site);
  const ys = new Array<PyValue>(n);
  for (let k = 0; k < n; k++) {
    const at = reverse ? n - 1 - k : k;
    const x = rebuild(leaves.map((leaf) => row(site.builder, leaf, at)));
    const [next, y] = pair(turn(body, carry, [carry, x], 'scan', site), site).items;
    carry = traced(next, 'scan', site);
    ys[at] = y;
  }
  if (n === 0) failAt(site.place, 'E_PROGRAM_VALUE', 'scan over nothing: what it would give has no known shape.');
  return tuple([carry, stacked(ys, site)]);
}

/** fori_loop(lower, upper, body, init): body(i, carry) → carry. */
function foriLoop(call: Call): PyValue {
  const { args, site } = call;
  arity(call, 'fori_loop', 4, 4, ['unroll']);
  const [lower, upper] = [
    staticInt(args[0], 'lower of fori_loop', site),
    staticInt(args[1], 'upper of fori_loop', site),
  ];
  const body = functionOf(args[2], 'fori_loop', site);
  let carry = traced(args[3], 'fori_loop', site);
  for (let i = lower; i < upper; i++) {
    carry = traced(turn(body, carry, [site.builder.lift(BigInt(i)), carry], 'fori_loop', site), 'fori_loop', site);
  }
  return carry;
}

/** map(f, xs): f of each slice, stacked. */
function map(call: Call): PyValue {
  const { args, site } = call;
  arity(call, 'map', 2, 2, ['batch_size']);
  const body = functionOf(args[0], 'map', site);
  const { leaves, rebuild } = flatten(args[1], 'xs of map', site);
  const n = lengthOf(leaves, 'map', site);
  if (n === 0) failAt(site.place, 'E_PROGRAM_VALUE', 'map over nothing: what it would give has no known shape.');
  const ys = Array.from({ length: n }, (_, i) => {
    site.step();
    return body.call({ args: [rebuild(leaves.map((leaf) => row(site.builder, leaf, i)))], keywords: new Map(), site });
  });
  return stacked(ys, site);
}

/** cond(pred, true_fun, false_fun, *operands), where what pred is can be known: the branch taken is the only one there is. */
function cond(call: Call): PyValue {
  const { args, site } = call;
  arity(call, 'cond', 3, Infinity);
  const taken = functionOf(truth(args[0], site.place) ? args[1] : args[2], 'cond', site);
  return taken.call({ args: args.slice(3), keywords: new Map(), site });
}

/** The loops by name. */
export const loops: ReadonlyMap<string, PyFunction> = new Map(
  Object.entries({ scan, fori_loop: foriLoop, map, cond }).map(([name, call]) => [
    name,
    { kind: 'function', name, call },
  ]),
);
