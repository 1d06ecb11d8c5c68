// The shape of a loop nest: which axes run outside and inside, in how many pieces, and how each array is walked.

import { bytesOfAval, itemBytes, sizeOf, stridesOf } from '../ir/aval.ts';
import type { Value } from '../ir/graph.ts';
import type { Op } from '../op.ts';
import type { LoopStep, Member } from '../optimize/fuse.ts';
import type { Reuse } from '../optimize/place.ts';
import { Body } from './body.ts';
import { kindOf } from './convert.ts';
import { memberValue } from './members.ts';

/** How a loop nest walks one array: bytes per step along each axis of the nest. */
export interface Walk {
  /** An array with memory of its own, or the scratch of the step from `at` on. */
  readonly root: Value | null;
  /** Bytes from the array's start (or the scratch's) to the first element that is walked to. */
  readonly at: number;
  readonly strides: readonly number[];
  /** Bytes from one piece of the work to the next. */
  readonly perChunk: number;
}

/** A reduction as the nest carries it out. */
export interface Fold {
  readonly member: Member;
  /**
   * The axis from which on everything is reduced, where that includes the last: accumulators are in registers from
   * there. Null: the last axis is kept, and whole vectors are accumulated in memory.
   */
  readonly from: number | null;
  /** Whether the result joins what is in memory already: other axes are reduced too. */
  readonly joins: boolean;
  /** Where results go: the output, or one partial result for each chunk. */
  readonly to: Walk;
  /** Whether chunks give partial results, to be joined when all are done. */
  readonly partial: boolean;
}

export interface Nest {
  /** Sizes of the axes, neighbours merged where every walk allows it; `outer` of them outside. */
  readonly dims: readonly number[];
  readonly outer: number;
  readonly phases: number;
  readonly chunks: number;
  /** Indices of the first axis in one chunk. */
  readonly perChunk: number;
  readonly operands: ReadonlyMap<Member, readonly Walk[]>;
  /** Where results of maps and rows go that are needed outside, or in a later phase. */
  readonly stores: ReadonlyMap<Value, Walk>;
  readonly folds: readonly Fold[];
  /** Where each piece keeps what lives across a rare branch, and accumulators; null where it has none of them. */
  readonly own: Walk | null;
  readonly ownBytes: number;
  readonly scratchBytes: number;
  /** What it leaves in memory; everything else it makes lives in registers and scratch. */
  readonly arrays: readonly Value[];
  /** Results that may be written over operands: the code loads an element before it stores the one in its place. */
  readonly reuses: readonly Reuse[];
}

/** Elements of one piece of work: enough to be worth a call, few enough to stay near. */
const chunkElements = 16_384;
/** Pieces of one nest: more threads there are not. Partial results are kept from fewer. */
const [mostChunks, mostPartials] = [256, 64];
/** Pieces that a nest is cut into however much each keeps for itself, and what all of them may keep in any case. */
const [fewestChunks, freeBytes] = [4, 1_048_576];
/** Scratch of a piece for what lives across a rare branch (four vectors for each value), and for accumulators. */
const branchBytesFor = (members: number): number => Math.max(8192, 64 * (members + 32));
const foldBytes = 256;
/** Every array may be read this far past its end: the longest step of a loop. */
export const slackBytes = 128;

const aligned = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/** Lays out a step. `escapes`: values that are needed outside of it; `fused`: fused multiply-add is there. */
export function layOutNest(step: LoopStep, escapes: ReadonlySet<Value>, fused: boolean): Nest {
  const rank = step.domain.length;
  const split = rank - (step.inner > 0 ? step.inner : reducedTail(step));
  const walks = new Walks(step);
  const groups = mergeAxes(step, walks, step.inner > 0 || split < rank ? split : null);
  const dims = groups.map((axes) => sizeOf(axes.map((a) => step.domain[a])));
  const inside = groups.filter((axes) => axes[0] >= split).length;
  const outer = split < rank ? groups.length - inside : Math.max(0, groups.length - 1);
  const merge = (strides: readonly number[]): number[] => groups.map((axes) => strides[axes[axes.length - 1]]);

  const inner = dims.slice(outer);
  const kept = handedOn(step, escapes, sizeOf(inner));
  const branches = step.members.some((m) => hasRareBranch(m, fused));
  const ownBytes = branches ? branchBytesFor(step.members.length) : reducesRows(step) ? foldBytes : 0;
  const { chunks, perChunk } = piecesOf(step, dims, outer, kept.bytes + ownBytes + partialBytes(step, groups[0]));

  const walk = (root: Value, offset: number, strides: readonly number[]): Walk => {
    const bytes = itemBytes(root.aval.dtype);
    const merged = merge(strides).map((s) => s * bytes);
    return { root, at: offset * bytes, strides: merged, perChunk: perChunk * (merged[0] ?? 0) };
  };
  let scratchBytes = 0;
  const inScratch = (bytes: number): Pick<Walk, 'root' | 'at' | 'perChunk'> => {
    const at = scratchBytes;
    scratchBytes += bytes * chunks;
    return { root: null, at, perChunk: bytes };
  };

  const operands = new Map(
    step.members.map((m) => [m, m.operands.map((o, k) => walk(o.root, o.view.offset, walks.operand(m, k)))]),
  );
  const stores = new Map<Value, Walk>();
  for (const member of step.members) {
    if (member.role === 'reduce') continue;
    if (member.role === 'row' || escapes.has(member.output)) {
      stores.set(member.output, walk(member.output, 0, walks.output(member)));
    }
  }
  const slots = kept.slots.map((bytes) => inScratch(bytes));
  for (const [value, slot] of kept.values) {
    const bytes = itemBytes(value.aval.dtype);
    const strides = [...dims.slice(0, outer).map(() => 0), ...stridesOf(inner).map((s) => s * bytes)];
    stores.set(value, { ...slots[slot], strides });
  }
  const folds = step.members.flatMap((member): Fold[] => {
    if (member.role !== 'reduce') return [];
    const reduced = groups.map((axes) => member.axes!.includes(axes[0]));
    const tail = trailing(reduced);
    const from = tail === 0 ? null : Math.max(dims.length - tail, outer);
    const partial = chunks > 1 && reduced[0];
    const plain = walk(member.output, 0, walks.output(member));
    const size = sizeOf(member.output.aval.shape) * itemBytes(member.output.aval.dtype);
    const joins = reduced.some((r, i) => r && (from === null || i < from));
    const to = partial ? { ...inScratch(aligned(size + slackBytes)), strides: plain.strides } : plain;
    return [{ member, from, joins, partial, to }];
  });
  const own = ownBytes === 0 ? null : { ...inScratch(aligned(ownBytes + slackBytes)), strides: dims.map(() => 0) };
  const phases = 1 + Math.max(0, ...step.members.map((m) => m.phase));
  const arrays = [...stores].flatMap(([value, { root }]) => (root === null ? [] : [value]));
  for (const { member } of folds) arrays.push(member.output);
  const reuses = reusesOf(step, phases, operands, stores);
  const form = { dims, outer, phases, chunks, perChunk };
  return { ...form, operands, stores, folds, own, ownBytes, scratchBytes, arrays, reuses };
}

/**
 * The pieces of a nest: some thousand elements each, in whole indices of the first axis, and so few that what each keeps for
 * itself stays below a part of what the nest goes through.
 */
function piecesOf(
  step: LoopStep,
  dims: readonly number[],
  outer: number,
  ownBytes: number,
): { readonly chunks: number; readonly perChunk: number } {
  const elements = sizeOf(dims);
  const first = dims[0] ?? 1;
  // A whole domain in phases is one piece.
  const divisible = outer > 0 || (step.inner === 0 && dims.length > 0);
  let perChunk = divisible ? Math.max(1, Math.floor(chunkElements / (elements / first))) : first;
  const most = step.members.some((m) => m.role === 'reduce') ? mostPartials : mostChunks;
  const fitting = Math.max(fewestChunks, Math.floor(Math.max(freeBytes, 2 * elements) / ownBytes));
  perChunk = Math.max(perChunk, Math.ceil(first / Math.min(most, fitting)));
  // Pieces of one axis alone hold whole steps of the loop.
  if (dims.length === 1) perChunk = Math.ceil(perChunk / 32) * 32;
  perChunk = Math.min(perChunk, first);
  return { chunks: Math.max(1, Math.ceil(first / perChunk)), perChunk };
}

/**
 * A result may take the place of an operand of as many bytes that the whole nest walks as it walks the result. It must be
 * made in the last phase: an earlier one would overwrite what a later one reads.
 */
function reusesOf(
  step: LoopStep,
  phases: number,
  operands: ReadonlyMap<Member, readonly Walk[]>,
  stores: ReadonlyMap<Value, Walk>,
): Reuse[] {
  const made = new Set(step.members.map((m) => m.output));
  const walks = new Map<Value, Walk[]>();
  for (const list of operands.values()) {
    for (const walk of list) {
      if (walk.root === null || made.has(walk.root)) continue;
      const known = walks.get(walk.root);
      if (known === undefined) walks.set(walk.root, [walk]);
      else known.push(walk);
    }
  }
  return step.members.flatMap(({ output, phase }) => {
    const to = stores.get(output);
    if (to === undefined || to.root === null || phase !== phases - 1) return [];
    const bytes = bytesOfAval(output.aval);
    return [...walks].flatMap(([operand, all]) =>
      bytesOfAval(operand.aval) === bytes && all.every((walk) => sameWalk(walk, to))
        ? [{ result: output, operand }]
        : [],
    );
  });
}

const sameWalk = (x: Walk, y: Walk): boolean =>
  x.at === y.at && x.strides.length === y.strides.length && x.strides.every((s, i) => s === y.strides[i]);

/** So many trailing axes as the first reduction of trailing axes reduces; 0 where there is none. */
function reducedTail(step: LoopStep): number {
  const rank = step.domain.length;
  for (const { axes } of step.members) {
    if (axes === undefined) continue;
    const tail = trailing(step.domain.map((_d, i) => axes.includes(i)));
    if (tail > 0) return Math.min(tail, rank);
  }
  return 0;
}

function trailing(flags: readonly boolean[]): number {
  let n = 0;
  while (n < flags.length && flags[flags.length - 1 - n]) n++;
  return n;
}

/** Strides over the axes of the domain, in elements. */
class Walks {
  readonly #step: LoopStep;

  constructor(step: LoopStep) {
    this.#step = step;
  }

  operand(member: Member, k: number): readonly number[] {
    const { strides } = member.operands[k].view;
    return member.role === 'row' ? this.#overAll(strides) : strides;
  }

  /** An output is contiguous over the axes it has. */
  output(member: Member): readonly number[] {
    const { domain } = this.#step;
    if (member.role === 'map') return stridesOf(domain);
    if (member.role === 'row') return this.#overAll(stridesOf(domain.slice(0, domain.length - this.#step.inner)));
    const kept = domain.map((_d, i) => i).filter((i) => !member.axes!.includes(i));
    const own = stridesOf(kept.map((i) => domain[i]));
    return domain.map((_d, i) => (kept.includes(i) ? own[kept.indexOf(i)] : 0));
  }

  #overAll(strides: readonly number[]): readonly number[] {
    return [...strides, ...new Array<number>(this.#step.inner).fill(0)];
  }
}

/** Runs of neighbouring axes that every walk goes through as through one; none across `split`. */
function mergeAxes(step: LoopStep, walks: Walks, split: number | null): number[][] {
  const { domain } = step;
  const all = step.members.flatMap((m) => [...m.operands.map((_, k) => walks.operand(m, k)), walks.output(m)]);
  const groups: number[][] = [];
  domain.forEach((_d, i) => {
    const last = groups.at(-1);
    const even =
      last !== undefined &&
      i !== split &&
      all.every((strides) => strides[i - 1] === strides[i] * domain[i]) &&
      step.members.every(({ axes }) => axes === undefined || axes.includes(i - 1) === axes.includes(i));
    if (even) last.push(i);
    else groups.push([i]);
  });
  return groups;
}

/** What phases hand on in scratch. */
interface HandedOn {
  /** In which slot each value is kept. */
  readonly values: ReadonlyMap<Value, number>;
  /** Bytes of each slot. */
  readonly slots: readonly number[];
  readonly bytes: number;
}

/**
 * Values of maps that a later phase needs from memory: all that would be dear to compute again. Slots are for as many
 * elements as a phase goes through, and serve one value after another.
 */
function handedOn(step: LoopStep, escapes: ReadonlySet<Value>, elements: number): HandedOn {
  const makers = new Map(step.members.map((m) => [m.output, m]));
  /** The last phase that needs each. */
  const until = new Map<Value, number>();
  for (const member of step.members) {
    for (const { root } of member.operands) {
      const maker = makers.get(root);
      if (maker?.role !== 'map' || maker.phase === member.phase) continue;
      if (!escapes.has(root) && !isCheap(maker, makers, 4))
        until.set(root, Math.max(until.get(root) ?? 0, member.phase));
    }
  }
  const slots: { bytes: number; until: number }[] = [];
  const values = new Map<Value, number>();
  for (const { output, phase } of step.members) {
    const end = until.get(output);
    if (end === undefined) continue;
    const bytes = aligned(elements * itemBytes(output.aval.dtype) + slackBytes);
    const free = slots.findIndex((slot) => slot.bytes === bytes && slot.until < phase);
    if (free >= 0) slots[free].until = end;
    values.set(output, free >= 0 ? free : slots.push({ bytes, until: end }) - 1);
  }
  return { values, slots: slots.map((s) => s.bytes), bytes: slots.reduce((n, s) => n + s.bytes, 0) };
}

/** Bytes of the results that each piece has a part of, where the axes that are cut into pieces are reduced. */
const partialBytes = (step: LoopStep, first: readonly number[] | undefined): number =>
  step.members.reduce(
    (n, { axes, output }) => (first !== undefined && axes?.includes(first[0]) ? n + bytesOfAval(output.aval) : n),
    0,
  );

/** Whether accumulators of trailing axes end in scratch. */
const reducesRows = (step: LoopStep): boolean =>
  step.members.some(({ axes }) => axes !== undefined && axes.includes(step.domain.length - 1));

/** Whether a map is computed again in a later phase rather than kept: little arithmetic on what is in memory. */
export function isCheap(member: Member, makers: ReadonlyMap<Value, Member>, depth: number): boolean {
  if (member.copy) return true;
  if (depth === 0) return false;
  if (flopsOf(member) > 1) return false;
  return member.operands.every(({ root }) => {
    const maker = makers.get(root);
    return maker?.role !== 'map' || isCheap(maker, makers, depth - 1);
  });
}

/** Floating-point operations of one element. */
function flopsOf({ node }: Member): number {
  const output = node.outputs[0].aval;
  const flops = node.op.primitive!.flops?.(
    node.inputs.map((x) => x.aval),
    [output],
    node.attrs,
  );
  return (flops ?? 0) / sizeOf(output.shape);
}

/** Whether a member's code has a branch for the far ends of its range. */
function hasRareBranch(member: Member, fused: boolean): boolean {
  if (member.role === 'reduce' || member.copy || flopsOf(member) < 5) return false;
  const { op, attrs } = member.node;
  const kinds = member.operands.map(({ root }) => kindOf[root.aval.dtype]);
  const key = `${fused} ${kinds.join()} ${JSON.stringify(attrs)}`;
  let known = rareBranches.get(op);
  if (known === undefined) rareBranches.set(op, (known = new Map()));
  let found = known.get(key);
  if (found === undefined) {
    const body = new Body();
    const operands = kinds.map((kind, source) => body.add({ op: 'load', kind, args: [], source }));
    memberValue(body, member, operands, fused);
    found = body.instrs.some((instr) => instr.op === 'rarely');
    known.set(key, found);
  }
  return found;
}

/** What was found of an op's code, by what it depends on. */
const rareBranches = new WeakMap<Op, Map<string, boolean>>();
