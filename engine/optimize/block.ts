// Loop nests of very many members, as phases over blocks of their elements: what one phase hands to the next is a block long.

import { sizeOf } from '../ir/aval.ts';
import type { Value } from '../ir/graph.ts';
import type { LoopStep, Member, Operand } from './fuse.ts';

/** Members of one phase: about as many as a loop's registers and the optimizing compiler deal with well. */
const mostInPhase = 128;
/** Elements of a block: enough for the loops to be worth it, few enough to stay near. */
const [shortest, longest] = [64, 4096];
/** Bytes that all values handed on should take together. */
const nearBytes = 262_144;

/** Whether a domain can be cut into blocks. */
export const isBlockable = (domain: readonly number[]): boolean => cutFor(domain, longest) !== null;

/** A step of more members than one loop should have, in phases; others as they are. */
export function block(step: LoopStep): LoopStep {
  if (step.inner > 0 || step.members.length <= mostInPhase) return step;
  const phases = phasesOf(step.members);
  const handed = handedOn(step.members, phases);
  const plain = merged(step);
  const most = Math.floor(nearBytes / (8 * Math.max(1, handed)));
  const cut = cutFor(plain.domain, Math.max(shortest, Math.min(longest, most)));
  if (cut === null) return step;
  const { axis, by } = cut;
  const split = (list: readonly number[], two: (x: number) => readonly number[]): number[] =>
    list.flatMap((x, i) => (i === axis ? two(x) : [x]));
  const { domain, members } = over(
    plain,
    split(plain.domain, (d) => [d / by, by]),
    (strides) => split(strides, (s) => [s * by, s]),
    (axes) => axes.flatMap((a) => (a < axis ? [a] : a === axis ? [a, a + 1] : [a + 1])),
  );
  return {
    kind: 'loop',
    domain,
    inner: plain.domain.length - axis,
    members: members.map((member, i) => ({ ...member, phase: phases[i] })),
  };
}

/** A step with neighbouring axes as one, where every view goes through them as through one. */
function merged(step: LoopStep): LoopStep {
  const { domain, members } = step;
  const views = members.flatMap((m) => m.operands.map((o) => o.view.strides));
  // The last axis of each run.
  const ends = domain
    .map((_d, i) => i)
    .filter(
      (i) =>
        i === domain.length - 1 ||
        views.some((strides) => strides[i] !== strides[i + 1] * domain[i + 1]) ||
        members.some(({ axes }) => axes !== undefined && axes.includes(i) !== axes.includes(i + 1)),
    );
  return over(
    step,
    ends.map((end, k) => sizeOf(domain.slice(k === 0 ? 0 : ends[k - 1] + 1, end + 1))),
    (strides) => ends.map((end) => strides[end]),
    (axes) => ends.flatMap((end, k) => (axes.includes(end) ? [k] : [])),
  );
}

/** A step over the same elements by other axes. */
function over(
  { inner, members }: LoopStep,
  domain: readonly number[],
  strides: (strides: readonly number[]) => readonly number[],
  axes: (axes: readonly number[]) => readonly number[],
): LoopStep {
  const operand = ({ root, view }: Operand): Operand => ({
    root,
    view: { shape: domain, strides: strides(view.strides), offset: view.offset },
  });
  return {
    kind: 'loop',
    domain,
    inner,
    members: members.map((member) => ({
      ...member,
      operands: member.operands.map(operand),
      ...(member.axes !== undefined && { axes: axes(member.axes) }),
    })),
  };
}

interface Cut {
  readonly axis: number;
  readonly by: number;
}

/**
 * Where to cut: `by` elements of an axis, and all of those behind it, are one block. Best is a block of at most so many
 * elements, then one of whole steps of a loop, then the longest of those; else the shortest.
 */
function cutFor(domain: readonly number[], most: number): Cut | null {
  let best: Cut | null = null;
  let bestRank = -Infinity;
  for (let axis = domain.length - 1; axis >= 0; axis--) {
    const behind = sizeOf(domain.slice(axis + 1));
    if (behind > longest) break;
    for (let by = 1; by < domain[axis] && by * behind <= longest; by++) {
      const size = by * behind;
      if (domain[axis] % by !== 0 || size < shortest) continue;
      const rank = (size <= most ? 4 * longest + size : -size) + (size % 32 === 0 ? 2 * longest : 0);
      if (rank > bestRank) [best, bestRank] = [{ axis, by }, rank];
    }
  }
  return best;
}

/** The phase of each member: the cuts are where the fewest values are handed on. */
function phasesOf(members: readonly Member[]): number[] {
  const alive = aliveAfter(members);
  const phases: number[] = [];
  let phase = 0;
  for (let from = 0; from < members.length; phase++) {
    let to = Math.min(members.length, from + mostInPhase);
    if (to < members.length) {
      for (let at = to - 1; at > from + mostInPhase / 2; at--) if (alive[at - 1] < alive[to - 1]) to = at;
    }
    while (phases.length < to) phases.push(phase);
    from = to;
  }
  return phases;
}

/** How many values are made up to each member and needed behind it. */
function aliveAfter(members: readonly Member[]): number[] {
  const last = lastUses(members);
  const change = new Array<number>(members.length + 1).fill(0);
  members.forEach(({ output }, i) => {
    const end = last.get(output) ?? i;
    change[i]++;
    change[end]--;
  });
  let alive = 0;
  return members.map((_m, i) => (alive += change[i]));
}

function lastUses(members: readonly Member[]): ReadonlyMap<Value, number> {
  const last = new Map<Value, number>();
  members.forEach(({ operands }, i) => operands.forEach(({ root }) => last.set(root, i)));
  return last;
}

/** How many values are needed in a later phase than theirs. */
function handedOn(members: readonly Member[], phases: readonly number[]): number {
  const last = lastUses(members);
  return members.filter(({ output }, i) => phases[last.get(output) ?? i] > phases[i]).length;
}
