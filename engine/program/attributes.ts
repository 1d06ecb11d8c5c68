// Attributes and methods of arrays and of Python's containers, as a program writes them: x.T, x.shape, x.sum(axis=0).

import type { Value } from '../ir/graph.ts';
import { sizeOf } from '../ir/aval.ts';
import type { Op } from '../op.ts';
import { nearest } from '../suggest.ts';
import { arity, callOp, indexEntries } from './calls.ts';
import type { Call, PyAt, PyFunction, PyList, PyValue, Site } from './values.ts';
import { capital, describe, failAt, isKind, isTensor, iterate, staticInt, tuple } from './values.ts';

type Resolve = (name: string) => Op | undefined;

/** `v.name` */
export function attribute(v: PyValue, name: string, site: Site, resolve: Resolve): PyValue {
  if (isTensor(v)) return arrayAttribute(v, name, site, resolve);
  if (isKind(v, 'at')) return updateMethod(v, name, site, resolve);
  if (isKind(v, 'list')) {
    const own = listMethods.get(name);
    if (own !== undefined) return method(name, (call) => own(v, call));
  }
  if (isKind(v, 'dict')) {
    if (name === 'items') return method(name, () => tuple([...v.entries].map(([key, item]) => tuple([key, item]))));
    if (name === 'values') return method(name, () => tuple([...v.entries.values()]));
    if (name === 'keys') return method(name, () => tuple([...v.entries.keys()]));
    if (name === 'get') return method(name, ({ args: [key, other = null] }) => v.entries.get(key as string) ?? other);
    if (name === 'copy') return method(name, () => ({ kind: 'dict', entries: new Map(v.entries) }));
    if (name === 'update') {
      return method(name, ({ args: [other], keywords }) => {
        if (other !== undefined && isKind(other, 'dict'))
          for (const [key, item] of other.entries) v.entries.set(key, item);
        for (const [key, item] of keywords) v.entries.set(key, item);
        return null;
      });
    }
  }
  if (isKind(v, 'dtype') && name === 'name') return v.dtype;
  const own = isKind(v, 'function') ? v.methods?.get(name) : undefined;
  if (own !== undefined) return own;
  failAt(site.place, 'E_PROGRAM_TYPE', `${capital(describe(v))} has no attribute ${JSON.stringify(name)}.`);
}

/** Methods of lists, which change in place. */
const listMethods: ReadonlyMap<string, (list: PyList, call: Call) => PyValue> = new Map<
  string,
  (list: PyList, call: Call) => PyValue
>([
  [
    'append',
    ({ items }, call) => {
      arity(call, 'append', 1, 1);
      items.push(call.args[0]);
      return null;
    },
  ],
  [
    'extend',
    ({ items }, call) => {
      arity(call, 'extend', 1, 1);
      // The list itself may be what it is extended by.
      const more = iterate(call.args[0], call.site);
      call.site.step(more.length);
      for (let i = 0, n = more.length; i < n; i++) items.push(more[i]);
      return null;
    },
  ],
  [
    'insert',
    ({ items }, call) => {
      arity(call, 'insert', 2, 2);
      items.splice(staticInt(call.args[0], 'The index of insert', call.site), 0, call.args[1]);
      return null;
    },
  ],
  [
    'pop',
    ({ items }, call) => {
      arity(call, 'pop', 0, 1);
      const at = call.args.length === 0 ? -1 : staticInt(call.args[0], 'The index of pop', call.site);
      const i = at < 0 ? at + items.length : at;
      if (i < 0 || i >= items.length) {
        failAt(call.site.place, 'E_INDEX_OUT_OF_BOUNDS', `pop(${at}) is out of bounds for a list of ${items.length}.`);
      }
      return items.splice(i, 1)[0];
    },
  ],
  [
    'reverse',
    ({ items }) => {
      items.reverse();
      return null;
    },
  ],
  ['copy', ({ items }) => ({ kind: 'list', items: [...items] })],
]);

const method = (name: string, call: (call: Call) => PyValue): PyFunction => ({ kind: 'function', name, call });

/** Methods whose name or arguments are not those of an op of the same name. */
const special: ReadonlyMap<string, (x: Value, call: Call, resolve: Resolve) => PyValue> = new Map([
  ['reshape', (x, call, resolve) => callOp(resolve('reshape')!, [x, spread(call.args)], call.keywords, call.site)],
  [
    'transpose',
    (x, call, resolve) =>
      callOp(resolve('transpose')!, call.args.length === 0 ? [x] : [x, spread(call.args)], call.keywords, call.site),
  ],
  ['astype', (x, call, resolve) => callOp(resolve('astype')!, [x, ...call.args], call.keywords, call.site)],
  ['flatten', (x, call, resolve) => callOp(resolve('reshape')!, [x, -1n], call.keywords, call.site)],
  ['copy', (x) => x],
]);

/** reshape(2, 3) and reshape((2, 3)) are the same. */
const spread = (args: readonly PyValue[]): PyValue => (args.length === 1 ? args[0] : tuple(args));

/** Ops that NumPy also has as methods of an array. */
const methods: readonly string[] = (
  'abs all any argmax argmin argsort clip conj cumsum cumprod diagonal dot flatten max mean min nonzero prod ptp ravel ' +
  'repeat round sort squeeze std sum swapaxes take trace var matmul searchsorted'
).split(' ');

function arrayAttribute(x: Value, name: string, site: Site, resolve: Resolve): PyValue {
  const { shape, dtype } = x.aval;
  switch (name) {
    case 'shape':
      return tuple(shape.map((d) => BigInt(d)));
    case 'ndim':
      return BigInt(shape.length);
    case 'size':
      return BigInt(sizeOf(shape));
    case 'dtype':
      return { kind: 'dtype', dtype };
    case 'T':
      return site.builder.permute_dims(x, { axes: shape.map((_d, i) => shape.length - 1 - i) });
    case 'mT':
      return callOp(resolve('matrix_transpose')!, [x], new Map(), site);
    case 'real':
      return x;
    case 'at':
      return { kind: 'at', array: x, index: undefined };
  }
  const own = special.get(name);
  if (own !== undefined) return method(name, (call) => own(x, call, resolve));
  const op = methods.includes(name) ? resolve(name) : undefined;
  if (op !== undefined) return method(name, ({ args, keywords, site: at }) => callOp(op, [x, ...args], keywords, at));
  const hint =
    name === 'item' || name === 'tolist'
      ? 'It would need the data, and a program is traced before it sees any: keep the array.'
      : (nearest(name, [...methods, ...special.keys(), 'shape', 'ndim', 'size', 'dtype', 'T', 'mT', 'at']) ??
        (resolve(name) === undefined ? undefined : `It is a function: jnp.${name}(x).`));
  failAt(site.place, 'E_PROGRAM_TYPE', `An array has no attribute ${JSON.stringify(name)}.`, hint);
}

const updates: ReadonlyMap<string, string> = new Map([
  ['set', 'set'],
  ['add', 'add'],
  ['subtract', 'subtract'],
  ['multiply', 'multiply'],
  ['mul', 'multiply'],
  ['divide', 'divide'],
  ['min', 'min'],
  ['max', 'max'],
]);

/** `x.at[index].set(y)`: a new array with some elements replaced or combined. */
function updateMethod(at: PyAt, name: string, site: Site, resolve: Resolve): PyValue {
  const { array, index } = at;
  if (index === undefined) failAt(site.place, 'E_PROGRAM_TYPE', 'x.at needs an index first.', 'Write x.at[i].set(y).');
  const { entries, arrays } = indexEntries(index, site);
  if (name === 'get') {
    return method('get', ({ site: here }) => {
      const op = resolve('getitem')!;
      return here.builder.call(op, { x: array, indices: arrays, index: entries as never }, here.place)[0];
    });
  }
  const mode = updates.get(name);
  if (mode === undefined) {
    failAt(
      site.place,
      'E_PROGRAM_TYPE',
      `x.at[…] has no ${JSON.stringify(name)}.`,
      `It has get, ${[...updates.keys()].join(', ')}.`,
    );
  }
  return method(name, (call) => {
    arity(call, name, 1, 1, ['indices_are_sorted', 'unique_indices']);
    const op = resolve('index_update')!;
    const y = call.args[0];
    if (!isTensor(y) && typeof y !== 'number' && typeof y !== 'bigint' && typeof y !== 'boolean') {
      failAt(
        call.site.place,
        'E_PROGRAM_TYPE',
        `${name} takes an array or a number, and is given ${describe(y)}.`,
        'jnp.array([...]) makes an array of a list.',
      );
    }
    return call.site.builder.call(
      op,
      { x: array, y, indices: arrays, index: entries as never, mode },
      call.site.place,
    )[0];
  });
}
