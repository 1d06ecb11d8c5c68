// What the results of loops and branches depend on: index sets sent through their bodies, turn by turn.

import { sizeOf } from '../ir/aval.ts';
import type { Graph } from '../ir/graph.ts';
import type { Tensor } from '../ir/tensor.ts';
import { scalarTensor } from '../ir/tensor.ts';
import type { IndexRows, SpreadSite } from '../op.ts';
import { branchesOf } from './branches.ts';
import { elementAt } from './turns.ts';

/** Longer loops are not told which turn it is: they may then be cut short where nothing changes any more. */
const mostTurns = 1000;

const same = (a: IndexRows | null, b: IndexRows | null): boolean =>
  a === b || (a !== null && b !== null && a.every((set, i) => set === b[i]));

interface Parts<T> {
  readonly consts: readonly T[];
  readonly carry: readonly T[];
  readonly xs: readonly T[];
}

/** A scan: the carries after the last turn, and the ys of each turn. */
export function spreadScan(site: SpreadSite): (IndexRows | null)[] {
  const { attrs, sets, known } = site;
  const length = attrs['length'] as number | null;
  const first = length === null ? 1 : 0;
  const [c, m] = [attrs['consts'] as number, attrs['carry'] as number];
  const parts = <T>(list: readonly T[]): Parts<T> => ({
    consts: list.slice(first, first + c),
    carry: list.slice(first + c, first + c + m),
    xs: list.slice(first + c + m),
  });
  const given = parts(sets);
  const constants = given.consts.map((_x, k) => known(first + k));
  const { body } = attrs as unknown as { body: { graph: Graph } };
  const unknown = (n: number): null[] => new Array<null>(n).fill(null);
  if (length === null) return spreadAnyLength(site, body.graph, given, [null, ...constants]);

  const counted = length <= mostTurns;
  const elements = given.xs.map((_x, k) => (counted ? known(first + c + m + k) : null));
  const ys: (IndexRows | null)[] = unknown(body.graph.outputs.length - m);
  const sizes = body.graph.outputs.slice(m).map((y) => sizeOf(y.aval.shape));
  let carry = given.carry;
  for (let k = 0; k < length; k++) {
    const turn = attrs['reverse'] === true ? length - 1 - k : k;
    const results = site.through(
      body.graph,
      [null, ...given.consts, ...carry, ...given.xs.map((x) => partOf(x, turn, length))],
      [
        counted ? scalarTensor('int64', BigInt(turn)) : null,
        ...constants,
        ...unknown(m),
        ...elements.map((x): Tensor | null => (x === null ? null : elementAt(x, turn))),
      ],
    );
    const next = results.slice(0, m);
    const settled = !counted && given.xs.every((x) => x === null) && next.every((s, i) => same(s, carry[i]));
    carry = next;
    // Where nothing changes any more all further turns give the same.
    const until = settled ? length : k + 1;
    results.slice(m).forEach((y, j) => {
      if (y === null) return;
      const all = (ys[j] ??= new Int32Array(length * sizes[j]));
      for (let later = k; later < until; later++) {
        all.set(y, (attrs['reverse'] === true ? length - 1 - later : later) * sizes[j]);
      }
    });
    if (settled) break;
  }
  return [...carry, ...ys];
}

/** The part of stacked sets that is one turn's. */
function partOf(stacked: IndexRows | null, turn: number, length: number): IndexRows | null {
  if (stacked === null) return null;
  const size = stacked.length / length;
  return stacked.subarray(turn * size, (turn + 1) * size);
}

/** As many turns as may be: what any number of them can depend on. */
function spreadAnyLength(
  site: SpreadSite,
  body: Graph,
  { consts, carry: init, xs }: Parts<IndexRows | null>,
  constants: readonly (Tensor | null)[],
): (IndexRows | null)[] {
  const m = init.length;
  let carry: readonly (IndexRows | null)[] = init;
  let ys = new Array<IndexRows | null>(body.outputs.length - m).fill(null);
  for (let grows = true; grows;) {
    const known = [...constants, ...new Array<null>(m + xs.length).fill(null)];
    const results = site.through(body, [null, ...consts, ...carry, ...xs], known);
    const next = carry.map((before, i) => site.unite(before, results[i]));
    ys = ys.map((y, j) => site.unite(y, results[m + j]));
    grows = next.some((s, i) => !same(s, carry[i]));
    carry = next;
  }
  return [...carry, ...ys];
}

/** A switch: what the branch that is taken depends on, or all of them where that is not known. */
export function spreadSwitch({ attrs, sets, known, inputs, through, unite }: SpreadSite): (IndexRows | null)[] {
  const branches = branchesOf(attrs);
  const index = known(0);
  const at = index === null ? null : Math.min(Math.max(Number(index.data[0]), 0), branches.length - 1);
  const tensors = inputs.slice(1).map((_x, k) => known(k + 1));
  return branches
    .filter((_branch, k) => at === null || k === at)
    .map((branch) => through(branch, sets.slice(1), tensors))
    .reduce((all, some) => all.map((s, i) => unite(s, some[i])))
    .slice();
}
