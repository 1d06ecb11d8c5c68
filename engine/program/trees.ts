// Trees of arrays: what a function of a program takes and returns, as a flat list of arrays and the shape around it.

import type { Value } from '../ir/graph.ts';
import type { PyDict, PyValue, Site } from './values.ts';
import { capital, describe, failAt, isKind, isTensor, tuple } from './values.ts';

export interface Tree {
  readonly leaves: readonly Value[];
  /** The same structure around other leaves, in the same order. */
  readonly rebuild: (leaves: readonly PyValue[]) => PyValue;
}

/** What a container holds, in the order of its leaves, and the same container around other values. */
interface Container {
  readonly kind: string;
  readonly children: readonly PyValue[];
  readonly rebuild: (children: readonly PyValue[]) => PyValue;
}

/** A value as a container: None is an empty one; null where it is none. The entries of a dict are in the order of its keys. */
export function childrenOf(v: PyValue): Container | null {
  if (v === null) return { kind: 'None', children: [], rebuild: () => null };
  if (isKind(v, 'tuple')) return { kind: 'tuple', children: v.items, rebuild: tuple };
  if (isKind(v, 'list')) {
    return { kind: 'list', children: v.items, rebuild: (items) => ({ kind: 'list', items: [...items] }) };
  }
  if (!isKind(v, 'dict')) return null;
  const keys = sortedKeys(v);
  return {
    kind: 'dict',
    children: keys.map((key) => v.entries.get(key)!),
    rebuild: (items) => ({ kind: 'dict', entries: new Map(keys.map((key, i) => [key, items[i]])) }),
  };
}

/** Two dicts with the same keys are one structure, in whatever order they were written. */
const sortedKeys = ({ entries }: PyDict) =>
  [...entries.keys()].sort((a, b) => (a === b ? 0 : (a ?? '') < (b ?? '') ? -1 : 1));

/** The arrays of a value, numbers made arrays; `what` names the value in complaints. */
export function flatten(v: PyValue, what: string, site: Site): Tree {
  // (a, a) of an a that is itself (b, b), and so on, is few tuples and very many leaves.
  site.step();
  if (isTensor(v)) return { leaves: [v], rebuild: ([leaf]) => leaf };
  if (typeof v === 'number' || typeof v === 'bigint' || typeof v === 'boolean') {
    return { leaves: [site.builder.lift(v)], rebuild: ([leaf]) => leaf };
  }
  const node = childrenOf(v);
  if (node !== null) {
    const { leaves, rebuild } = flattenAll(node.children, what, site);
    return { leaves, rebuild: (given) => node.rebuild(rebuild(given)) };
  }
  failAt(site.place, 'E_PROGRAM_TYPE', `${capital(what)} has ${describe(v)} in it, where arrays were expected.`);
}

/** Several values at once, each with its own structure. */
export function flattenAll(
  values: readonly PyValue[],
  what: string,
  site: Site,
): { readonly leaves: readonly Value[]; readonly rebuild: (leaves: readonly PyValue[]) => PyValue[] } {
  const trees = values.map((v) => flatten(v, what, site));
  return {
    leaves: trees.flatMap((t) => t.leaves),
    rebuild(leaves) {
      let at = 0;
      return trees.map((t) => {
        const part = leaves.slice(at, at + t.leaves.length);
        at += t.leaves.length;
        return t.rebuild(part);
      });
    },
  };
}
