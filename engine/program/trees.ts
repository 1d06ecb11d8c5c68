// Trees of arrays: what a function of a program takes and returns, as a flat list of arrays and the shape around it.

import type { Value } from '../ir/graph.ts';
import type { PyValue, Site } from './values.ts';
import { capital, describe, failAt, isKind, isTensor, tuple } from './values.ts';

export interface Tree {
  readonly leaves: readonly Value[];
  /** The same structure around other leaves, in the same order. */
  readonly rebuild: (leaves: readonly PyValue[]) => PyValue;
}

/** The arrays of a value, numbers made arrays; `what` names the value in complaints. */
export function flatten(v: PyValue, what: string, site: Site): Tree {
  if (isTensor(v)) return { leaves: [v], rebuild: ([leaf]) => leaf };
  if (typeof v === 'number' || typeof v === 'bigint' || typeof v === 'boolean') {
    return { leaves: [site.builder.lift(v)], rebuild: ([leaf]) => leaf };
  }
  if (v === null) return { leaves: [], rebuild: () => null };
  if (isKind(v, 'tuple') || isKind(v, 'list')) {
    const { kind } = v;
    const { leaves, rebuild } = flattenAll(v.items, what, site);
    return {
      leaves,
      rebuild: (given) => (kind === 'tuple' ? tuple(rebuild(given)) : { kind, items: rebuild(given) }),
    };
  }
  if (isKind(v, 'dict')) {
    const keys = [...v.entries.keys()];
    const { leaves, rebuild } = flattenAll([...v.entries.values()], what, site);
    return {
      leaves,
      rebuild(given) {
        const items = rebuild(given);
        return { kind: 'dict', entries: new Map(keys.map((key, i) => [key, items[i]])) };
      },
    };
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
