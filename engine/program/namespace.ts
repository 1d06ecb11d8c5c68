// The names a program can reach: jax.numpy and its relatives as modules, and Python's builtins.

import { checkpoint } from './checkpoint.ts';
import { dtypeNamed } from '../bind.ts';
import type { Op } from '../op.ts';
import { nearest } from '../suggest.ts';
import { arity, callWith, functionOf, opFunction } from './calls.ts';
import { customRules } from './custom.ts';
import { implicit } from './implicit.ts';
import { laxFunction } from './lax.ts';
import { loops } from './loops.ts';
import { differentialEquations } from './ode.ts';
import { functionsOfFunctions } from './pointwise.ts';
import { slices } from './slices.ts';
import { transforms } from './transforms.ts';
import { treeFunctions } from './treeutil.ts';
import type { Call, PyFunction, PyModule, PyValue, Site } from './values.ts';
import { describe, failAt, iterate } from './values.ts';

/** Modules by path, with the prefix their ops have in the catalogue: the first that has the name wins. */
const modules: ReadonlyMap<string, readonly string[]> = new Map([
  ['jax.numpy', ['']],
  ['jax.numpy.linalg', ['linalg.', '']],
  ['jax.numpy.fft', ['fft.']],
  ['jax.lax', ['', 'lax.']],
  ['jax.nn', ['', 'nn.']],
  ['jax.nn.initializers', ['nn.initializers.']],
  ['jax.random', ['random.']],
  ['jax.ops', ['']],
  ['jax.scipy', []],
  ['jax.scipy.special', ['']],
  ['jax.scipy.linalg', ['linalg.']],
  ['jax.scipy.stats', ['stats.']],
  ['jax.scipy.signal', ['signal.']],
  ['jax.tree', []],
  ['jax.tree_util', []],
  ['jax.flatten_util', []],
  ['jax.experimental', []],
  ['jax.experimental.ode', []],
  ['jax', []],
  ['math', []],
  ['functools', []],
]);

/** Names that are modules without an import, and what modules are called in imports. */
const roots: ReadonlyMap<string, string> = new Map([
  ['jnp', 'jax.numpy'],
  ['np', 'jax.numpy'],
  ['numpy', 'jax.numpy'],
  ['jax', 'jax'],
  ['lax', 'jax.lax'],
  ['jsp', 'jax.scipy'],
  ['scipy', 'jax.scipy'],
]);

export const rootModule = (name: string): PyModule | undefined => {
  const path = roots.get(name);
  return path === undefined ? undefined : { kind: 'module', path };
};

/** The module an import names, `numpy` being jax.numpy; undefined where there is none. */
export function importedModule(dotted: string): PyModule | undefined {
  const [head, ...rest] = dotted.split('.');
  const path = [roots.get(head) ?? head, ...rest].join('.');
  return modules.has(path) ? { kind: 'module', path } : undefined;
}

/** Modules that a program imports for its annotations, which are not evaluated. */
export const annotations: ReadonlySet<string> = new Set(['__future__', 'typing', 'collections.abc']);

export interface Names {
  readonly resolve: (name: string) => Op | undefined;
  readonly opNames: readonly string[];
}

const constants: ReadonlyMap<string, PyValue> = new Map<string, PyValue>([
  ['pi', Math.PI],
  ['e', Math.E],
  ['inf', Infinity],
  ['nan', NaN],
  ['euler_gamma', 0.5772156649015329],
  ['newaxis', null],
]);

/** `jnp.tanh`, `jax.nn`, `jnp.float32`, `math.pi`. */
export function moduleAttribute(module: PyModule, name: string, names: Names, site: Site): PyValue {
  const { path } = module;
  if (path === 'math') return mathAttribute(name, site);
  const inner = `${path}.${name}`;
  if (modules.has(inner)) return { kind: 'module', path: inner };
  if (path === 'jax' && isTransform(name) && !loops.has(name)) return transform(name);
  if (path === 'functools' && name === 'partial') return partial;
  if (path === 'functools' && name === 'reduce') return reduce;
  const own = ownFunctions.get(path)?.get(name);
  if (own !== undefined) return own;
  if (path === 'jax.numpy') {
    const constant = constants.get(name);
    if (constant !== undefined || name === 'newaxis') return constant ?? null;
    const dtype = /^(bool|u?int|float)/.test(name) ? dtypeNamed(name, site.builder.context.defaultFloat) : undefined;
    if (dtype !== undefined) return { kind: 'dtype', dtype };
  }
  if (path === 'jax.lax') {
    const own = laxFunction(name, names.resolve);
    if (own !== undefined) return own;
    if (isTransform(name)) return transform(name);
    const slice = slices.get(name);
    if (slice !== undefined) return slice;
  }
  for (const prefix of modules.get(path) ?? []) {
    const op = names.resolve(prefix + name);
    // Programs have control flow as functions of functions, never as ops.
    if (op !== undefined && op.family !== 'control') return opFunction(op, name);
  }
  const prefixes = modules.get(path) ?? [];
  const candidates = prefixes.flatMap((p) =>
    names.opNames.flatMap((op) => (op.startsWith(p) ? [op.slice(p.length)] : [])),
  );
  failAt(
    site.place,
    'E_OP_UNKNOWN',
    `${path} has no ${JSON.stringify(name)} here.`,
    nearest(name, candidates) ?? 'GET /v1/ops lists what there is.',
  );
}

/** What concerns devices and names alone: the value itself. */
const unchanged = (name: string): PyFunction => ({
  kind: 'function',
  name,
  call({ args: [v], site }) {
    if (v === undefined) failAt(site.place, 'E_OP_ARITY', `${name} takes a value.`);
    return v;
  },
});

const outside: ReadonlyMap<string, PyFunction> = new Map(
  ['block_until_ready', 'device_put', 'device_get', 'named_call'].map((name) => [name, unchanged(name)]),
);

/** Functions of modules that are no ops: what is given functions and trees. */
const ownFunctions: ReadonlyMap<string, ReadonlyMap<string, PyFunction>> = new Map([
  ...treeFunctions,
  ['jax.experimental.ode', differentialEquations],
  ['jax.numpy', functionsOfFunctions],
  ['jax', outside],
]);

function transform(name: string): PyValue {
  if (name === 'jit') return identityTransform(name);
  if (name === 'checkpoint' || name === 'remat') {
    return { kind: 'function', name, call: (call) => checkpoint(name, call) };
  }
  return transforms.get(name) ?? customRules.get(name) ?? implicit.get(name) ?? loops.get(name)!;
}

const isTransform = (name: string): boolean =>
  transforms.has(name) ||
  loops.has(name) ||
  customRules.has(name) ||
  implicit.has(name) ||
  name === 'jit' ||
  name === 'checkpoint' ||
  name === 'remat';

/** jit changes nothing here: every program is compiled. */
const identityTransform = (name: string): PyFunction => ({
  kind: 'function',
  name,
  call: ({ args, site }) => {
    const [f] = args;
    if (f === undefined || typeof f !== 'object' || f === null || !('kind' in f) || f.kind !== 'function') {
      failAt(site.place, 'E_PROGRAM_TYPE', `${name} takes a function, and is given ${describe(f ?? null)}.`);
    }
    return f;
  },
});

const partial: PyFunction = {
  kind: 'function',
  name: 'partial',
  call({ args, keywords, site }: Call): PyValue {
    const [f, ...bound] = args;
    if (f === undefined || typeof f !== 'object' || f === null || !('kind' in f) || f.kind !== 'function') {
      failAt(site.place, 'E_PROGRAM_TYPE', 'partial takes a function first.');
    }
    return {
      kind: 'function',
      name: f.name,
      call: (call) =>
        f.call({
          args: [...bound, ...call.args],
          keywords: new Map([...keywords, ...call.keywords]),
          site: call.site,
        }),
    };
  },
};

/** functools.reduce(function, iterable, initializer) */
const reduce: PyFunction = {
  kind: 'function',
  name: 'reduce',
  call(call: Call): PyValue {
    arity(call, 'reduce', 2, 3);
    const f = functionOf(call.args[0], 'reduce', call.site);
    const items = iterate(call.args[1], call.site);
    const all = call.args.length > 2 ? [call.args[2], ...items] : items;
    if (all.length === 0) failAt(call.site.place, 'E_PROGRAM_VALUE', 'reduce of nothing needs an initializer.');
    return all.slice(1).reduce<PyValue>((sum, v) => callWith(f, [sum, v], call.site), all[0]);
  },
};

/** Python's math module, on static numbers alone. */
function mathAttribute(name: string, site: Site): PyValue {
  const constant = new Map<string, number>([
    ['pi', Math.PI],
    ['e', Math.E],
    ['tau', 2 * Math.PI],
    ['inf', Infinity],
    ['nan', NaN],
  ]).get(name);
  if (constant !== undefined) return constant;
  const f = mathFunctions.get(name);
  if (f === undefined) {
    failAt(
      site.place,
      'E_PROGRAM_NAME',
      `math has no ${JSON.stringify(name)} here.`,
      nearest(name, mathFunctions.keys()),
    );
  }
  return {
    kind: 'function',
    name: `math.${name}`,
    call: ({ args, site: at }) => {
      const numbers = args.map((v) => {
        if (typeof v === 'number' || typeof v === 'bigint' || typeof v === 'boolean') return Number(v);
        failAt(
          at.place,
          'E_PROGRAM_TYPE',
          `math.${name} takes numbers, and is given ${describe(v)}.`,
          `For arrays there is jnp.${name}.`,
        );
      });
      const y = f(...numbers);
      if (Number.isNaN(y) && !numbers.some(Number.isNaN))
        failAt(at.place, 'E_PROGRAM_VALUE', `math.${name}(${numbers.join(', ')}) is outside its domain.`);
      return integral.has(name) ? BigInt(y) : y;
    },
  };
}

const integral: ReadonlySet<string> = new Set(['floor', 'ceil', 'trunc', 'factorial']);

const mathFunctions: ReadonlyMap<string, (...xs: number[]) => number> = new Map<string, (...xs: number[]) => number>([
  ['sqrt', Math.sqrt],
  ['exp', Math.exp],
  ['log', (x, base) => (base === undefined ? Math.log(x) : Math.log(x) / Math.log(base))],
  ['log2', Math.log2],
  ['log10', Math.log10],
  ['log1p', Math.log1p],
  ['expm1', Math.expm1],
  ['sin', Math.sin],
  ['cos', Math.cos],
  ['tan', Math.tan],
  ['asin', Math.asin],
  ['acos', Math.acos],
  ['atan', Math.atan],
  ['atan2', Math.atan2],
  ['sinh', Math.sinh],
  ['cosh', Math.cosh],
  ['tanh', Math.tanh],
  ['floor', Math.floor],
  ['ceil', Math.ceil],
  ['trunc', Math.trunc],
  ['fabs', Math.abs],
  ['pow', Math.pow],
  ['hypot', Math.hypot],
  ['factorial', (n) => Array.from({ length: n }, (_, i) => i + 1).reduce((p, k) => p * k, 1)],
]);
