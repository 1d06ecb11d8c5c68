// Calls ops from a program: Python arguments in, arrays out.

import { bindArguments, quote } from '../bind.ts';
import { located } from '../errors.ts';
import type { Value } from '../ir/graph.ts';
import type { Op, Operand, Param } from '../op.ts';
import type { Call, PyFunction, PyValue, Site } from './values.ts';
import { describe, failAt, isKind, isTensor, tuple } from './values.ts';

/** An op as a function of the program. */
export const opFunction = (op: Op, name: string): PyFunction => ({
  kind: 'function',
  name,
  call: ({ args, keywords, site }) => callOp(op, args, keywords, site),
});

export function callOp(op: Op, args: readonly PyValue[], keywords: ReadonlyMap<string, PyValue>, site: Site): PyValue {
  const plainArgs = args.map((v) => toPlain(v, site));
  const plainKeywords = new Map([...keywords].map(([name, v]) => [name, toPlain(v, site)]));
  const bound = located(site.place, () =>
    bindArguments(op, plainArgs, plainKeywords, {
      defaultFloat: site.builder.context.defaultFloat,
      typedNumbers: true,
      operand: (given, param) => operand(op, given, param, site),
    }),
  );
  const results = site.builder.call(op, bound, site.place);
  if (op.results === 'list') return { kind: 'list', items: [...results] };
  return op.results === undefined ? results[0] : tuple(results);
}

/** Lists are no arrays to jax.numpy either; only ops that make arrays of lists take them. */
function operand(op: Op, given: unknown, param: Param, site: Site): Operand | undefined {
  if (!Array.isArray(given)) return undefined;
  if (takesLists.has(op.name)) {
    requireNumbers(given, op, site);
    return given as unknown as Operand;
  }
  failAt(
    site.place,
    'E_PROGRAM_TYPE',
    `${op.name}: ${param.name} must be an array, and is a list or tuple.`,
    'jnp.array([...]) makes an array of it.',
  );
}

/** What stands in nested lists that are to be an array is numbers and arrays. */
function requireNumbers(given: readonly unknown[], op: Op, site: Site): void {
  for (const item of given) {
    if (Array.isArray(item)) requireNumbers(item as unknown[], op, site);
    else if (typeof item === 'bigint') {
      if (BigInt.asIntN(64, item) !== item) {
        failAt(site.place, 'E_PROGRAM_VALUE', `${op.name}: the list has ${item} in it, which does not fit int64.`);
      }
    } else if (typeof item !== 'number' && typeof item !== 'boolean' && !isTensor(item as PyValue)) {
      const found = item === null ? 'None' : typeof item === 'string' ? `the string ${quote(item)}` : 'an object';
      failAt(site.place, 'E_PROGRAM_TYPE', `${op.name}: the list has ${found} in it, and an array has numbers.`);
    }
  }
}

const takesLists: ReadonlySet<string> = new Set(['asarray']);

/** A Python value as plain data: tuples and lists are lists, a dtype is its name. */
function toPlain(v: PyValue, site: Site): unknown {
  if (typeof v !== 'object' || v === null || isTensor(v)) return v;
  switch (v.kind) {
    case 'tuple':
    case 'list':
      // [a, a] of an a that is itself [b, b], and so on, is few lists and very many paths to walk.
      site.step();
      return v.items.map((item) => toPlain(item, site));
    case 'dtype':
      return v.dtype;
    case 'function':
      // x.astype(float): Python's types stand for dtypes.
      if (v.dtype !== undefined) return v.dtype;
      break;
    case 'range': {
      const items: number[] = [];
      for (let i = v.start; v.step > 0n ? i < v.stop : i > v.stop; i += v.step) {
        site.step();
        items.push(Number(i));
      }
      return items;
    }
    default:
      break;
  }
  failAt(site.place, 'E_PROGRAM_TYPE', `${describe(v)} cannot be an argument of an op.`);
}

/** `x[index]` on an array. */
export function getItem(x: Value, index: PyValue, site: Site, resolve: (name: string) => Op | undefined): PyValue {
  const { entries, arrays } = indexEntries(index, site);
  const op = resolve('getitem')!;
  return site.builder.call(op, { x, indices: arrays, index: entries as never }, site.place)[0];
}

/** An index as the ops take it: entries, and the arrays they refer to by number. */
export function indexEntries(index: PyValue, site: Site): { entries: unknown[]; arrays: Value[] } {
  const entries: unknown[] = [];
  const arrays: Value[] = [];
  const bound = (v: PyValue): number | null => {
    if (v === null) return null;
    if (typeof v === 'bigint') return Number(v);
    failAt(
      site.place,
      'E_INDEX',
      `A slice runs between ints, and this bound is ${describe(v)}.`,
      isTensor(v)
        ? 'A bound that depends on data would make the shape depend on it; jnp.where can mask instead.'
        : undefined,
    );
  };
  for (const entry of isKind(index, 'tuple') ? index.items : [index]) {
    if (entry === null) entries.push(null);
    else if (typeof entry === 'bigint') entries.push(Number(entry));
    else if (isKind(entry, 'ellipsis')) entries.push('...');
    else if (isKind(entry, 'slice'))
      entries.push({ slice: [bound(entry.start), bound(entry.stop), bound(entry.step)] });
    else if (isTensor(entry)) {
      entries.push({ array: arrays.length });
      arrays.push(entry);
    } else {
      const hint =
        isKind(entry, 'list') || isKind(entry, 'range') ? 'jnp.array([...]) makes an index array of it.' : undefined;
      failAt(site.place, 'E_INDEX', `An array cannot be indexed by ${describe(entry)}.`, hint);
    }
  }
  return { entries, arrays };
}

/** The function that an argument is. */
export function functionOf(v: PyValue | undefined, name: string, site: Site): PyFunction {
  if (v !== undefined && isKind(v, 'function')) return v;
  failAt(site.place, 'E_PROGRAM_TYPE', `${name} takes a function, and is given ${describe(v ?? null)}.`);
}

/** An argument by position or by keyword. */
export const argument = ({ args, keywords }: Call, at: number, name: string): PyValue | undefined =>
  args[at] ?? keywords.get(name);

/** The call with those of its keywords at their positions that name the parameters which come next. */
export function ordered(call: Call, parameters: readonly string[]): Call {
  const args = [...call.args];
  const keywords = new Map(call.keywords);
  for (const name of parameters.slice(args.length)) {
    const given = keywords.get(name);
    if (given === undefined && !keywords.has(name)) break;
    args.push(given ?? null);
    keywords.delete(name);
  }
  return { args, keywords, site: call.site };
}

/** A function of the program applied to arguments by position. */
export const callWith = (f: PyFunction, args: readonly PyValue[], site: Site): PyValue =>
  f.call({ args, keywords: new Map(), site });

/** Checks that a call of a builtin has between `least` and `most` positional arguments and only these keywords. */
export function arity(call: Call, name: string, least: number, most: number, keywords: readonly string[] = []): void {
  if (call.args.length < least || call.args.length > most) {
    const wanted = least === most ? String(least) : most === Infinity ? `at least ${least}` : `${least} to ${most}`;
    failAt(
      call.site.place,
      'E_OP_ARITY',
      `${name} takes ${wanted} argument${most === 1 ? '' : 's'} and is given ${call.args.length}.`,
    );
  }
  for (const key of call.keywords.keys()) {
    if (!keywords.includes(key))
      failAt(call.site.place, 'E_OP_ARITY', `${name} has no parameter ${JSON.stringify(key)}.`);
  }
}
