// Python's builtins, as far as a traced program can use them.

import { isFloat } from '../ir/aval.ts';
import type { Op } from '../op.ts';
import type { Value } from '../ir/graph.ts';
import { arity, callOp } from './calls.ts';
import type { CompareOperator } from './operators.ts';
import { binary, compare, sameStatic } from './operators.ts';
import type { Call, PyFunction, PyValue, Site } from './values.ts';
import {
  capital,
  describe,
  failAt,
  isKind,
  isTensor,
  iterate,
  rangeLength,
  staticInt,
  truth,
  tuple,
} from './values.ts';

type Resolve = (name: string) => Op | undefined;

/** The builtins over a set of ops; `training` is what is_training() answers. */
export function builtins(resolve: Resolve, training: boolean): ReadonlyMap<string, PyValue> {
  const table = new Map<string, PyValue>();
  const define = (
    name: string,
    least: number,
    most: number,
    body: (call: Call) => PyValue,
    keywords: string[] = [],
    dtype?: string,
  ): void => {
    const f: PyFunction = {
      kind: 'function',
      name,
      ...(dtype === undefined ? {} : { dtype }),
      call(call) {
        arity(call, name, least, most, keywords);
        return body(call);
      },
    };
    table.set(name, f);
  };
  const op = (name: string, args: readonly PyValue[], site: Site): PyValue =>
    callOp(resolve(name)!, args, new Map(), site);

  define('range', 1, 3, ({ args, site }) => range(args, site));
  define('len', 1, 1, ({ args: [v], site }) => length(v, site));
  define('abs', 1, 1, ({ args: [v], site }) => {
    if (isTensor(v)) return op('abs', [v], site);
    if (typeof v === 'bigint') return v < 0n ? -v : v;
    if (typeof v === 'boolean') return BigInt(v);
    if (typeof v === 'number') return Math.abs(v);
    failAt(site.place, 'E_PROGRAM_TYPE', `abs of ${describe(v)} is not defined.`);
  });
  define('float', 1, 1, ({ args: [v], site }) => toFloat(v, site), [], 'float');
  define('int', 1, 1, ({ args: [v], site }) => toInt(v, site), [], 'int');
  define('bool', 1, 1, ({ args: [v], site }) => truth(v, site.place), [], 'bool');
  define('tuple', 0, 1, ({ args, site }) => tuple(args.length === 0 ? [] : iterate(args[0], site)));
  define('list', 0, 1, ({ args, site }) => list(args.length === 0 ? [] : iterate(args[0], site)));
  table.set('dict', { kind: 'function', name: 'dict', call: dict });
  define('isinstance', 2, 2, ({ args: [v, types], site }) => isInstance(v, types, site));
  define(
    'enumerate',
    1,
    2,
    ({ args, keywords, site }) => {
      const start = BigInt(staticInt(args[1] ?? keywords.get('start') ?? 0n, 'start', site));
      return list(iterate(args[0], site).map((v, i) => tuple([start + BigInt(i), v])));
    },
    ['start'],
  );
  define('zip', 0, Infinity, ({ args, site }) => {
    const columns = args.map((v) => iterate(v, site));
    const rows = columns.length === 0 ? 0 : Math.min(...columns.map((c) => c.length));
    return list(Array.from({ length: rows }, (_, i) => tuple(columns.map((c) => c[i]))));
  });
  define('map', 2, Infinity, ({ args: [f, ...lists], site }) => {
    const columns = lists.map((v) => iterate(v, site));
    const rows = Math.min(...columns.map((c) => c.length));
    return list(
      Array.from({ length: rows }, (_, i) =>
        callFunction(
          f,
          columns.map((c) => c[i]),
          site,
        ),
      ),
    );
  });
  define('reversed', 1, 1, ({ args: [v], site }) => list([...iterate(v, site)].reverse()));
  define(
    'sum',
    1,
    2,
    ({ args, keywords, site }) => {
      const [terms] = args;
      const start = args[1] ?? keywords.get('start') ?? 0n;
      // The rows of an array are added by one op; narrow integers stay narrow only one by one.
      if (start === 0n && isTensor(terms) && terms.aval.shape.length > 0 && isFloat(terms.aval.dtype)) {
        return op('sum', [terms, 0n], site);
      }
      return iterate(args[0], site).reduce<PyValue>((total, v) => binary('+', total, v, site, resolve), start);
    },
    ['start'],
  );
  define('any', 1, 1, ({ args: [v], site }) => iterate(v, site).some((x) => truth(x, site.place)));
  define('all', 1, 1, ({ args: [v], site }) => iterate(v, site).every((x) => truth(x, site.place)));
  define('min', 1, Infinity, ({ args, site }) => extremum('<', 'minimum', args, site, resolve));
  define('max', 1, Infinity, ({ args, site }) => extremum('>', 'maximum', args, site, resolve));
  define('sorted', 1, 1, ({ args: [v], site }) => sorted(iterate(v, site), site, resolve));
  define('round', 1, 2, ({ args, site }) => round(args, site, op));
  define('pow', 2, 2, ({ args: [x, y], site }) => binary('**', x, y, site, resolve));
  define('divmod', 2, 2, ({ args: [x, y], site }) =>
    tuple([binary('//', x, y, site, resolve), binary('%', x, y, site, resolve)]),
  );
  define('slice', 1, 3, ({ args }) => {
    const [start, stop, step] = args.length === 1 ? [null, args[0], null] : [args[0], args[1], args[2] ?? null];
    return { kind: 'slice', start, stop, step };
  });
  define('is_training', 0, 0, () => training);
  return table;
}

const list = (items: readonly PyValue[]): PyValue => ({ kind: 'list', items: [...items] });

/** dict(other, **entries), the other a dict or pairs. */
function dict({ args, keywords, site }: Call): PyValue {
  if (args.length > 1)
    failAt(site.place, 'E_OP_ARITY', `dict takes one argument by position and is given ${args.length}.`);
  const [other] = args;
  const pairs =
    other === undefined
      ? []
      : isKind(other, 'dict')
        ? [...other.entries]
        : iterate(other, site).map((pair) => iterate(pair, site) as readonly [string, PyValue]);
  return {
    kind: 'dict',
    entries: new Map<string | bigint | number | boolean | null, PyValue>([...pairs, ...keywords]),
  };
}

/** What Python calls a static value. */
function isInstance(v: PyValue, types: PyValue, site: Site): boolean {
  if (isKind(types, 'tuple')) return types.items.some((type) => isInstance(v, type, site));
  const test = isKind(types, 'function') ? instances.get(types.name) : undefined;
  if (test === undefined) {
    failAt(site.place, 'E_PROGRAM_UNSUPPORTED', `isinstance knows Python's own types, and ${describe(types)} is none.`);
  }
  return test(v);
}

const instances: ReadonlyMap<string, (v: PyValue) => boolean> = new Map<string, (v: PyValue) => boolean>([
  ['float', (v) => typeof v === 'number'],
  ['int', (v) => typeof v === 'bigint' || typeof v === 'boolean'],
  ['bool', (v) => typeof v === 'boolean'],
  ['tuple', (v) => isKind(v, 'tuple')],
  ['list', (v) => isKind(v, 'list')],
  ['dict', (v) => isKind(v, 'dict')],
]);

/** Calls whatever value a program has in its hands. */
export function callFunction(
  f: PyValue,
  args: readonly PyValue[],
  site: Site,
  keywords = new Map<string, PyValue>(),
): PyValue {
  if (isKind(f, 'function')) return f.call({ args, keywords, site });
  if (isKind(f, 'dtype')) {
    const [x] = args;
    if (args.length !== 1) failAt(site.place, 'E_OP_ARITY', `${f.dtype}(…) takes one number or array.`);
    if (isTensor(x)) return site.builder.cast(x, f.dtype);
    if (typeof x === 'number' || typeof x === 'bigint' || typeof x === 'boolean') return site.builder.cast(x, f.dtype);
    failAt(
      site.place,
      'E_PROGRAM_TYPE',
      `${f.dtype}(${describe(x)}) is not defined.`,
      'jnp.array([...]) makes an array of a list.',
    );
  }
  const hint = isTensor(f) ? 'An array is indexed with [ ], not called with ( ).' : undefined;
  failAt(site.place, 'E_PROGRAM_TYPE', `${capital(describe(f))} is not a function.`, hint);
}

function range(args: readonly PyValue[], site: Site): PyValue {
  const [start, stop, step] = args.length === 1 ? [0n, args[0], 1n] : [args[0], args[1], args[2] ?? 1n];
  const ints = [start, stop, step].map((v, i) => BigInt(staticInt(v, ['start', 'stop', 'step'][i], site)));
  if (ints[2] === 0n) failAt(site.place, 'E_PROGRAM_VALUE', 'The step of range is 0.');
  return { kind: 'range', start: ints[0], stop: ints[1], step: ints[2] };
}

function length(v: PyValue, site: Site): PyValue {
  if (isKind(v, 'range')) return rangeLength(v);
  if (isKind(v, 'tuple') || isKind(v, 'list')) return BigInt(v.items.length);
  if (isKind(v, 'dict')) return BigInt(v.entries.size);
  if (typeof v === 'string') return BigInt(Array.from(v).length);
  if (isTensor(v) && v.aval.shape.length > 0) return BigInt(v.aval.shape[0]);
  failAt(site.place, 'E_PROGRAM_TYPE', `${capital(describe(v))} has no length.`);
}

function dataDependent(v: Value, name: string, site: Site): never {
  void v;
  failAt(
    site.place,
    'E_PROGRAM_TYPE',
    `${name}(…) of an array would need its data, and a program is traced before it sees any.`,
    `Use x.astype('${name === 'int' ? 'int64' : 'float64'}'), which stays an array.`,
  );
}

function toFloat(v: PyValue, site: Site): PyValue {
  if (isTensor(v)) dataDependent(v, 'float', site);
  if (typeof v === 'string') {
    const text = v.trim().toLowerCase().replace(/^\+/, '');
    const special = new Map([
      ['inf', Infinity],
      ['infinity', Infinity],
      ['-inf', -Infinity],
      ['-infinity', -Infinity],
      ['nan', NaN],
    ]).get(text);
    if (special !== undefined) return special;
    const number = Number(text);
    if (text !== '' && Number.isFinite(number)) return number;
  }
  if (typeof v === 'number' || typeof v === 'bigint' || typeof v === 'boolean') return Number(v);
  failAt(site.place, 'E_PROGRAM_VALUE', `float(…) cannot read ${describe(v)}.`);
}

function toInt(v: PyValue, site: Site): PyValue {
  if (isTensor(v)) dataDependent(v, 'int', site);
  if (typeof v === 'bigint' || typeof v === 'boolean') return BigInt(v);
  if (typeof v === 'number' && Number.isFinite(v)) return BigInt(Math.trunc(v));
  if (typeof v === 'string' && /^\s*[+-]?\d+\s*$/.test(v)) return BigInt(v.trim().replace(/^\+/, ''));
  failAt(site.place, 'E_PROGRAM_VALUE', `int(…) cannot read ${describe(v)}.`);
}

function extremum(
  symbol: CompareOperator,
  opName: string,
  args: readonly PyValue[],
  site: Site,
  resolve: Resolve,
): PyValue {
  const [only] = args;
  if (args.length === 1 && isTensor(only) && only.aval.shape.length === 1 && only.aval.shape[0] > 0) {
    return callOp(resolve(symbol === '<' ? 'min' : 'max')!, [only], new Map(), site);
  }
  const items = args.length === 1 ? iterate(args[0], site) : args;
  if (items.length === 0) failAt(site.place, 'E_PROGRAM_VALUE', 'There is nothing to take the min or max of.');
  return items.slice(1).reduce<PyValue>((best, v) => {
    if (isTensor(best) || isTensor(v)) return callOp(resolve(opName)!, [best, v], new Map(), site);
    return compare(symbol, v, best, site, resolve) === true ? v : best;
  }, items[0]);
}

function sorted(items: readonly PyValue[], site: Site, resolve: Resolve): PyValue {
  if (items.some(isTensor))
    failAt(site.place, 'E_PROGRAM_TYPE', 'sorted of arrays depends on data.', 'jnp.sort(x) sorts an array.');
  const out = [...items].sort((x, y) =>
    sameStatic(x, y, site) ? 0 : compare('<', x, y, site, resolve) === true ? -1 : 1,
  );
  return list(out);
}

function round(
  args: readonly PyValue[],
  site: Site,
  op: (name: string, args: readonly PyValue[], site: Site) => PyValue,
): PyValue {
  const [v, digits = null] = args;
  if (isTensor(v)) return op('round', digits === null ? [v] : [v, digits], site);
  if (typeof v === 'bigint' && digits === null) return v;
  if (typeof v === 'number' && digits === null) {
    const floor = Math.floor(v);
    const rest = v - floor;
    return BigInt(rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor);
  }
  if (typeof v === 'number') return Number(v.toFixed(staticInt(digits, 'digits', site)));
  failAt(site.place, 'E_PROGRAM_TYPE', `round of ${describe(v)} is not defined.`);
}
