// jax.lax's control flow: scan, fori_loop, while_loop, map, cond, switch and associative_scan, each a node with bodies.

import { EngineError, located } from '../errors.ts';
import { isInteger, normalizeAxis, showAval } from '../ir/aval.ts';
import type { Origin, Value } from '../ir/graph.ts';
import { switchOver } from '../families/branches.ts';
import { scanOver, turnAval, whileOver } from '../families/loops.ts';
import { checkCarry, settleCarry } from '../families/turns.ts';
import type { Call, PyFunction, PyValue, Site } from './values.ts';
import { argument, arity, callWith, functionOf, ordered } from './calls.ts';
import type { Tree } from './trees.ts';
import { flatten } from './trees.ts';
import { describe, failAt, isKind, isTensor, iterate, staticInt, truth, tuple } from './values.ts';

const originOf = (op: string, { place }: Site): Origin => ({ op, place });

const show = (leaves: readonly Value[]): string => leaves.map((v) => showAval(v.aval)).join(', ') || 'nothing';

/** The leaves of what a turn gives, which must be what it was given. */
function carriedOn(before: readonly Value[], after: PyValue, name: string, site: Site): readonly Value[] {
  const { leaves } = flatten(after, `the carry of ${name}`, site);
  checkCarry(before, leaves, () => {
    const message = `${name} carries ${show(before)} into a turn and ${show(leaves)} out of it: they must be the same.`;
    return new EngineError('E_SHAPE_MISMATCH', { ...site.place, message });
  });
  return leaves;
}

function run(f: PyFunction, args: readonly PyValue[], site: Site): PyValue {
  site.step();
  return callWith(f, args, site);
}

function pair(v: PyValue, site: Site): Extract<PyValue, { kind: 'tuple' }> {
  if (isKind(v, 'tuple') && v.items.length === 2) return v;
  failAt(site.place, 'E_PROGRAM_TYPE', `The function of scan returns ${describe(v)}, where (carry, y) was expected.`);
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

/** scan(f, init, xs=None, length=None, reverse=False): (carry, x) → (carry, y), and all y stacked. */
function scan(posed: Call): PyValue {
  const call = ordered(posed, ['f', 'init', 'xs', 'length', 'reverse', 'unroll']);
  const { args, keywords, site } = call;
  arity(call, 'scan', 1, 6, ['init', 'xs', 'length', 'reverse', 'unroll', '_split_transpose']);
  const body = functionOf(args[0], 'scan', site);
  const xs = args[2] ?? keywords.get('xs') ?? null;
  const given = args[3] ?? keywords.get('length') ?? null;
  const reverse = truth(args[4] ?? keywords.get('reverse') ?? false, site.place);
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
  const start = flatten(argument(call, 1, 'init') ?? null, 'the carry of scan', site);
  let collected: Tree | undefined;
  const frame = { length: n, turns: null, reverse, xs: leaves, origin: originOf('scan', site) };
  const b = site.builder;
  const traced = located(site.place, () =>
    settleCarry(b, start.leaves, (init) =>
      scanOver(b, { ...frame, init }, (_turn, carry, elements) => {
        const [next, y] = pair(run(body, [start.rebuild(carry), rebuild(elements)], site), site).items;
        collected = flatten(y, 'what a turn gives', site);
        return [...carriedOn(carry, next, 'scan', site), ...collected.leaves];
      }),
    ),
  );
  return tuple([start.rebuild(traced.carry), collected!.rebuild(traced.ys)]);
}

/** while_loop(cond_fun, body_fun, init_val). */
function whileLoop(call: Call): PyValue {
  const { site } = call;
  arity(call, 'while_loop', 0, 3, ['cond_fun', 'body_fun', 'init_val']);
  const condition = functionOf(argument(call, 0, 'cond_fun'), 'while_loop', site);
  const body = functionOf(argument(call, 1, 'body_fun'), 'while_loop', site);
  const given = argument(call, 2, 'init_val');
  if (given === undefined) failAt(site.place, 'E_OP_ARITY', 'while_loop needs cond_fun, body_fun and init_val.');
  const start = flatten(given, 'the carry of while_loop', site);
  const b = site.builder;
  const traced = settleCarry(b, start.leaves, (init) =>
    whileOver(
      b,
      { init, origin: originOf('while_loop', site) },
      (carry) => predicate(run(condition, [start.rebuild(carry)], site), 'The condition of while_loop', site),
      (_turn, carry) => carriedOn(carry, run(body, [start.rebuild(carry)], site), 'while_loop', site),
    ),
  );
  return start.rebuild(traced.carry);
}

/** A scalar as a bool: jax.lax takes a number for one, 0 being false. */
function predicate(v: PyValue, what: string, site: Site): Value {
  const value = isTensor(v) || typeof v === 'boolean' || typeof v === 'number' || typeof v === 'bigint' ? v : null;
  if (value === null || (isTensor(value) && value.aval.shape.length > 0)) {
    failAt(site.place, 'E_PROGRAM_TYPE', `${what} is ${describe(v)}: a boolean scalar was expected.`);
  }
  return site.builder.cast(isTensor(value) ? value : truth(value, site.place), 'bool');
}

/** fori_loop(lower, upper, body_fun, init_val): body_fun(i, carry) → carry. */
function foriLoop(call: Call): PyValue {
  const { site } = call;
  arity(call, 'fori_loop', 0, 4, ['lower', 'upper', 'body_fun', 'init_val', 'unroll']);
  const bounds = (['lower', 'upper'] as const).map((name, k) => argument(call, k, name) ?? null);
  const body = functionOf(argument(call, 2, 'body_fun'), 'fori_loop', site);
  const given = argument(call, 3, 'init_val');
  if (given === undefined) failAt(site.place, 'E_OP_ARITY', 'fori_loop needs lower, upper, body_fun and init_val.');
  const start = flatten(given, 'the carry of fori_loop', site);
  const b = site.builder;
  if (!bounds.some(isTensor)) {
    const [lower, upper] = bounds.map((v, k) => staticInt(v, `${k === 0 ? 'lower' : 'upper'} of fori_loop`, site));
    const frame = {
      length: Math.max(0, upper - lower),
      turns: null,
      reverse: false,
      xs: [],
      origin: originOf('fori_loop', site),
    };
    const traced = settleCarry(b, start.leaves, (init) =>
      scanOver(b, { ...frame, init }, (turn, carry) => {
        // What Python counts is an int, which gives way to the dtype of what it meets.
        const at = b.weaken(lower === 0 ? turn : b.add(turn, b.fill(turnAval, BigInt(lower))));
        return carriedOn(carry, run(body, [at, start.rebuild(carry)], site), 'fori_loop', site);
      }),
    );
    return start.rebuild(traced.carry);
  }
  const ends = bounds.map((v) => {
    const end = isTensor(v) ? v : b.lift(BigInt(staticInt(v, 'a bound of fori_loop', site)));
    if (!isInteger(end.aval.dtype) || end.aval.shape.length > 0) {
      failAt(site.place, 'E_PROGRAM_TYPE', `A bound of fori_loop is ${describe(v)}: an integer scalar was expected.`);
    }
    return end;
  });
  const [lower, upper] = b.promote(ends);
  const traced = settleCarry(b, start.leaves, (init) =>
    whileOver(
      b,
      { init: [lower, ...init], origin: originOf('fori_loop', site) },
      ([at]) => b.less(at, b.cast(upper, at.aval.dtype)),
      (_turn, [at, ...carry]) => [
        b.add(at, b.fill(at.aval, 1n)),
        ...carriedOn(carry, run(body, [at, start.rebuild(carry)], site), 'fori_loop', site),
      ],
    ),
  );
  return start.rebuild(traced.carry.slice(1));
}

/** map(f, xs): f of each slice, stacked. */
function map(posed: Call): PyValue {
  const call = ordered(posed, ['f', 'xs']);
  const { args, site } = call;
  arity(call, 'map', 2, 2, ['batch_size']);
  const body = functionOf(args[0], 'map', site);
  const { leaves, rebuild } = flatten(args[1], 'xs of map', site);
  const frame = {
    length: lengthOf(leaves, 'map', site),
    turns: null,
    reverse: false,
    init: [],
    xs: leaves,
    origin: originOf('map', site),
  };
  let collected: Tree | undefined;
  const { ys } = scanOver(site.builder, frame, (_turn, _carry, elements) => {
    collected = flatten(run(body, [rebuild(elements)], site), 'what a turn gives', site);
    return collected.leaves;
  });
  return collected!.rebuild(ys);
}

/** One of several functions of the same operands, chosen by an index. */
function choose(
  name: string,
  index: Value,
  branches: readonly PyFunction[],
  operands: readonly PyValue[],
  site: Site,
): PyValue {
  // A number that is an operand is an array in a branch, as whatever a branch is given.
  const given = operands.map((v) => {
    const { leaves, rebuild } = flatten(v, `an operand of ${name}`, site);
    return rebuild(leaves);
  });
  let first: Tree | undefined;
  const outputs = located(site.place, () =>
    switchOver(
      site.builder,
      index,
      branches.map((branch) => () => {
        const tree = flatten(run(branch, given, site), `the result of ${branch.name}`, site);
        first ??= tree;
        if (tree.leaves.length !== first.leaves.length) {
          failAt(
            site.place,
            'E_PROGRAM_TYPE',
            `The branches of ${name} give ${show(first.leaves)} and ${show(tree.leaves)}: they must give the same types.`,
          );
        }
        return tree.leaves;
      }),
      undefined,
      originOf(name, site),
    ),
  );
  return first!.rebuild(outputs);
}

/** cond(pred, true_fun, false_fun, *operands): only the branch taken is computed. */
function cond(posed: Call): PyValue {
  const call = ordered(posed, ['pred', 'true_fun', 'false_fun']);
  const { args, keywords, site } = call;
  arity(call, 'cond', 3, Infinity, ['operand', 'linear']);
  const taken = functionOf(args[1], 'cond', site);
  const other = functionOf(args[2], 'cond', site);
  const operand = keywords.get('operand');
  const operands = operand === undefined ? args.slice(3) : [operand];
  if (!isTensor(args[0])) return run(truth(args[0], site.place) ? taken : other, operands, site);
  const index = site.builder.cast(predicate(args[0], 'The condition of cond', site), 'int64');
  return choose('cond', index, [other, taken], operands, site);
}

/** switch(index, branches, *operands): the index is clamped to the branches there are. */
function switchCall(posed: Call): PyValue {
  const call = ordered(posed, ['index', 'branches']);
  const { args, keywords, site } = call;
  arity(call, 'switch', 2, Infinity, ['operand']);
  const branches = iterate(args[1], site).map((f) => functionOf(f, 'switch', site));
  if (branches.length === 0) failAt(site.place, 'E_PROGRAM_VALUE', 'switch has no branches.');
  const operand = keywords.get('operand');
  const operands = operand === undefined ? args.slice(2) : [operand];
  const [index] = args;
  if (!isTensor(index)) {
    const at = Math.min(Math.max(staticInt(index, 'index of switch', site), 0), branches.length - 1);
    return run(branches[at], operands, site);
  }
  if (!isInteger(index.aval.dtype) || index.aval.shape.length > 0) {
    failAt(site.place, 'E_PROGRAM_TYPE', `index of switch is ${describe(index)}: an integer scalar was expected.`);
  }
  return choose('switch', site.builder.cast(index, 'int64'), branches, operands, site);
}

/**
 * associative_scan(fn, elems, reverse=False, axis=0): every prefix joined by an associative function, in about
 * 2 log₂ n vectorised calls of it (Ladner and Fischer 1980).
 */
function associativeScan(posed: Call): PyValue {
  const call = ordered(posed, ['fn', 'elems', 'reverse', 'axis']);
  const { site } = call;
  arity(call, 'associative_scan', 2, 4, ['reverse', 'axis']);
  const join = functionOf(call.args[0], 'associative_scan', site);
  const { leaves, rebuild } = flatten(call.args[1], 'the elements of associative_scan', site);
  const reverse = truth(argument(call, 2, 'reverse') ?? false, site.place);
  const along = staticInt(argument(call, 3, 'axis') ?? 0n, 'axis of associative_scan', site);
  const b = site.builder;
  return located(site.place, () => {
    const axes = leaves.map((x) => normalizeAxis(along, x.aval.shape.length, 'axis of associative_scan'));
    const size = (x: Value, k: number): number => x.aval.shape[axes[k]];
    if (leaves.some((x, k) => size(x, k) !== size(leaves[0], 0))) {
      failAt(
        site.place,
        'E_SHAPE_MISMATCH',
        `associative_scan runs over one axis of ${show(leaves)}: it needs one size.`,
      );
    }
    const cut = (x: Value, axis: number, start: number, stop: number, step: number): Value => {
      const ends = x.aval.shape.map((d, a) => (a === axis ? [start, Math.max(start, stop), step] : [0, d, 1]));
      return b.slice(x, { start: ends.map((r) => r[0]), stop: ends.map((r) => r[1]), step: ends.map((r) => r[2]) });
    };
    const part = (xs: readonly Value[], start: number, stop: number, step: number): Value[] =>
      xs.map((x, k) => cut(x, axes[k], start, stop, step));
    const joined = (x: readonly Value[], y: readonly Value[]): readonly Value[] => {
      const result = flatten(run(join, [rebuild(x), rebuild(y)], site), 'what joins two elements', site).leaves;
      if (result.length !== leaves.length) {
        failAt(
          site.place,
          'E_PROGRAM_TYPE',
          `associative_scan joins ${show(x)} to ${show(result)}: they must be the same.`,
        );
      }
      return result;
    };
    const prefixes = (xs: readonly Value[]): readonly Value[] => {
      const n = size(xs[0], 0);
      if (n < 2) return xs;
      const odd = prefixes(joined(part(xs, 0, n - 1, 2), part(xs, 1, n, 2)));
      const pairs = size(odd[0], 0);
      const rest = n > 2 ? joined(n % 2 === 0 ? part(odd, 0, pairs - 1, 1) : odd, part(xs, 2, n, 2)) : null;
      const first = part(xs, 0, 1, 1);
      return xs.map((x, k) => {
        const even = rest === null ? first[k] : b.concat([first[k], rest[k]], { axis: axes[k] });
        return interleaved(even, odd[k], axes[k], x.aval.shape);
      });
    };
    const interleaved = (even: Value, odd: Value, axis: number, shape: readonly number[]): Value => {
      const paired = cut(even, axis, 0, odd.aval.shape[axis], 1);
      const woven = b.reshape(b.stack([paired, odd], { axis: axis + 1 }), {
        shape: shape.map((d, a) => (a === axis ? 2 * odd.aval.shape[axis] : d)),
      });
      if (shape[axis] % 2 === 0) return woven;
      const last = even.aval.shape[axis];
      return b.concat([woven, cut(even, axis, last - 1, last, 1)], { axis });
    };
    const turned = (xs: readonly Value[]): Value[] => xs.map((x, k) => b.flip(x, { axis: axes[k] }));
    if (leaves.length === 0) return rebuild([]);
    return rebuild(reverse ? turned(prefixes(turned(leaves))) : prefixes(leaves));
  });
}

/** Control flow by name. */
export const loops: ReadonlyMap<string, PyFunction> = new Map(
  Object.entries({
    scan,
    while_loop: whileLoop,
    fori_loop: foriLoop,
    map,
    cond,
    switch: switchCall,
    associative_scan: associativeScan,
  }).map(([name, call]) => [name, { kind: 'function', name, call }]),
);
