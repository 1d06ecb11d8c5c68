// Functions of trees: jax.tree, jax.tree_util and ravel_pytree, and what takes a tree where an op would take an array.

import { isFloat, sizeOf } from '../ir/aval.ts';
import { argument, arity, callWith, functionOf, ordered } from './calls.ts';
import type { Call, PyFunction, PyValue, Site } from './values.ts';
import { describe, failAt, isKind, isTensor, iterate, truth, tuple } from './values.ts';
import { childrenOf, flatten } from './trees.ts';

/** A tree of any values: None has no leaves, and what is no container is one. */
interface Shape {
  readonly leaves: readonly PyValue[];
  readonly rebuild: (leaves: readonly PyValue[]) => PyValue;
}

type IsLeaf = (v: PyValue) => boolean;

function shapeOf(v: PyValue, isLeaf: IsLeaf, site: Site): Shape {
  site.step();
  if (isLeaf(v)) return { leaves: [v], rebuild: ([leaf]) => leaf };
  const node = childrenOf(v);
  if (node === null) return { leaves: [v], rebuild: ([leaf]) => leaf };
  const parts = node.children.map((child) => shapeOf(child, isLeaf, site));
  return {
    leaves: parts.flatMap((part) => part.leaves),
    rebuild(given) {
      let at = 0;
      return node.rebuild(parts.map(({ leaves, rebuild }) => rebuild(given.slice(at, (at += leaves.length)))));
    },
  };
}

/** What stands in other trees where a tree has its leaves. */
function upTo(tree: PyValue, other: PyValue, isLeaf: IsLeaf, site: Site): PyValue[] {
  const node = isLeaf(tree) ? null : childrenOf(tree);
  if (node === null) return [other];
  const beside = childrenOf(other);
  if (beside === null || beside.children.length !== node.children.length || beside.kind !== node.kind) {
    failAt(
      site.place,
      'E_PROGRAM_TYPE',
      `Trees of one structure were expected: ${describe(other)} stands where the first has ${describe(tree)}.`,
    );
  }
  return node.children.flatMap((child, i) => upTo(child, beside.children[i], isLeaf, site));
}

const leafTest = (call: Call): IsLeaf => {
  const given = call.keywords.get('is_leaf') ?? null;
  if (given === null) return () => false;
  const test = functionOf(given, 'is_leaf', call.site);
  return (v) => truth(callWith(test, [v], call.site), call.site.place);
};

/** map(f, tree, *rest, is_leaf=None) */
function map(call: Call): PyValue {
  const { args, site } = ordered(call, ['f', 'tree']);
  arity({ ...call, args }, 'tree.map', 2, Infinity, ['is_leaf', 'f', 'tree']);
  const f = functionOf(args[0], 'tree.map', site);
  const isLeaf = leafTest(call);
  const { leaves, rebuild } = shapeOf(args[1], isLeaf, site);
  const rest = args.slice(2).map((other) => upTo(args[1], other, isLeaf, site));
  return rebuild(leaves.map((leaf, i) => callWith(f, [leaf, ...rest.map((list) => list[i])], site)));
}

const leavesOf = (call: Call): PyValue => {
  arity(call, 'tree.leaves', 1, 2, ['is_leaf']);
  return { kind: 'list', items: [...shapeOf(call.args[0], leafTest(call), call.site).leaves] };
};

/** What a structure makes of leaves. */
const structures = new WeakMap<PyFunction, Shape>();

/** A structure is nothing but what it can rebuild. */
function structure(shape: Shape): PyFunction {
  const unflattened = (leaves: PyValue, site: Site): PyValue => {
    const items = iterate(leaves, site);
    if (items.length !== shape.leaves.length) {
      failAt(
        site.place,
        'E_PROGRAM_VALUE',
        `The structure has ${shape.leaves.length} leaves, and is given ${items.length}.`,
      );
    }
    return shape.rebuild(items);
  };
  const self: PyFunction = {
    kind: 'function',
    name: 'PyTreeDef',
    methods: new Map([
      [
        'unflatten',
        { kind: 'function', name: 'unflatten', call: ({ args: [leaves], site }) => unflattened(leaves ?? null, site) },
      ],
    ]),
    call: ({ site }) => failAt(site.place, 'E_PROGRAM_TYPE', 'The structure of a tree is no function.'),
  };
  structures.set(self, shape);
  return self;
}

function flattenTree(call: Call): PyValue {
  arity(call, 'tree.flatten', 1, 2, ['is_leaf']);
  const shape = shapeOf(call.args[0], leafTest(call), call.site);
  return tuple([{ kind: 'list', items: [...shape.leaves] }, structure(shape)]);
}

function unflatten(call: Call): PyValue {
  arity(call, 'tree.unflatten', 2, 2);
  const [treedef, leaves] = call.args;
  if (!isKind(treedef, 'function') || !structures.has(treedef)) {
    failAt(
      call.site.place,
      'E_PROGRAM_TYPE',
      `tree.unflatten takes a structure first, and is given ${describe(treedef)}.`,
    );
  }
  return callWith(treedef.methods!.get('unflatten')!, [leaves], call.site);
}

/** reduce(function, tree, initializer) */
function reduce(call: Call): PyValue {
  arity(call, 'tree.reduce', 2, 3, ['initializer', 'is_leaf']);
  const f = functionOf(call.args[0], 'tree.reduce', call.site);
  const { leaves } = shapeOf(call.args[1], leafTest(call), call.site);
  const start = argument(call, 2, 'initializer');
  if (start === undefined && leaves.length === 0) {
    failAt(call.site.place, 'E_PROGRAM_VALUE', 'tree.reduce of a tree without leaves needs an initializer.');
  }
  const [first, rest] = start === undefined ? [leaves[0], leaves.slice(1)] : [start, leaves];
  return rest.reduce<PyValue>((sum, leaf) => callWith(f, [sum, leaf], call.site), first);
}

/** ravel_pytree(tree): the numbers of a tree as one vector, and the function that makes trees of such vectors. */
function ravel(call: Call): PyValue {
  arity(call, 'ravel_pytree', 1, 1);
  const { site } = call;
  const b = site.builder;
  const { leaves, rebuild } = flatten(call.args[0], 'what ravel_pytree is given', site);
  const sizes = leaves.map((x) => sizeOf(x.aval.shape));
  const total = sizes.reduce((n, size) => n + size, 0);
  const flat =
    leaves.length === 0
      ? b.zeros({ dtype: b.context.defaultFloat, shape: [0] })
      : b.concat(
          b.promote(leaves).map((x, i) => b.reshape(x, { shape: [sizes[i]] })),
          { axis: 0 },
        );
  const unravel: PyFunction = {
    kind: 'function',
    name: 'unravel',
    call({ args: [v], site: here }) {
      if (v === undefined || !isTensor(v) || v.aval.shape.length !== 1 || v.aval.shape[0] !== total) {
        failAt(
          here.place,
          'E_SHAPE_MISMATCH',
          `unravel takes a vector of ${total}, and is given ${describe(v ?? null)}.`,
        );
      }
      let at = 0;
      return rebuild(
        leaves.map((x, i) => {
          const part = here.builder.slice(v, { start: [at], stop: [(at += sizes[i])] });
          return here.builder.cast(here.builder.reshape(part, { shape: x.aval.shape }), x.aval.dtype);
        }),
      );
    },
  };
  return tuple([flat, unravel]);
}

/** stop_gradient(x) of every float in a tree. */
function stopGradient(call: Call): PyValue {
  arity(call, 'stop_gradient', 1, 1);
  const b = call.site.builder;
  const { leaves, rebuild } = flatten(call.args[0], 'what stop_gradient is given', call.site);
  return rebuild(leaves.map((x) => (isFloat(x.aval.dtype) ? b.stop_gradient(x) : x)));
}

const table = (entries: Readonly<Record<string, (call: Call) => PyValue>>): ReadonlyMap<string, PyFunction> =>
  new Map(Object.entries(entries).map(([name, call]) => [name, { kind: 'function', name, call }]));

const every = (call: Call): PyValue =>
  shapeOf(call.args[0] ?? null, leafTest(call), call.site).leaves.every((v) => truth(v, call.site.place));
const structureCall = (call: Call): PyValue => {
  arity(call, 'tree.structure', 1, 2, ['is_leaf']);
  return structure(shapeOf(call.args[0], leafTest(call), call.site));
};

/** The functions of modules about trees, by module and name. */
export const treeFunctions: ReadonlyMap<string, ReadonlyMap<string, PyFunction>> = new Map([
  [
    'jax.tree',
    table({ map, leaves: leavesOf, flatten: flattenTree, unflatten, structure: structureCall, reduce, all: every }),
  ],
  [
    'jax.tree_util',
    table({
      tree_map: map,
      tree_leaves: leavesOf,
      tree_flatten: flattenTree,
      tree_unflatten: unflatten,
      tree_structure: structureCall,
      tree_reduce: reduce,
      tree_all: every,
    }),
  ],
  ['jax.flatten_util', table({ ravel_pytree: ravel })],
  ['jax.lax', table({ stop_gradient: stopGradient })],
]);
