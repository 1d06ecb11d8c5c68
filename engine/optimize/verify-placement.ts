// The verifier of a placement: arrays that are alive at once lie apart, aligned, within the memory; nothing is read unwritten.

import { invariant } from '../errors.ts';
import { bytesOfAval } from '../ir/aval.ts';
import type { Value } from '../ir/graph.ts';
import type { Demands, Placement } from './place.ts';

interface Block {
  readonly at: number;
  readonly end: number;
  readonly value: Value | null;
}

/** Checks that a placement gives a plan what it asks for, by its own count of who is alive when. A failure is a bug of ours. */
export function verifyPlacement(demands: Demands, { address, scratch, bytes }: Placement): void {
  const { reserved, pinned, steps, kept, slack } = demands;
  const blockOf = (value: Value): Block => {
    const at = address.get(value);
    invariant(at !== undefined, 'an array has no address');
    return within({ at, end: at + bytesOfAval(value.aval) + slack, value });
  };
  const within = (block: Block): Block => {
    invariant(block.at % 64 === 0, `${block.at} is no multiple of 64`);
    invariant(block.at >= reserved && block.end <= bytes, `${block.at} to ${block.end} is not within the memory`);
    return block;
  };
  const uses = new Map<Value, number>();
  steps.forEach(({ reads }, at) => reads.forEach((value) => uses.set(value, at)));
  for (const value of [...kept, ...pinned]) uses.set(value, Infinity);

  let alive = pinned.map(blockOf);
  verifyApart(alive);
  steps.forEach(({ reads, makes, reuses, scratchBytes }, at) => {
    const there = new Set(alive.map((b) => b.value));
    for (const value of reads) invariant(there.has(value), 'a step reads an array that is not there');
    const own: Block[] =
      scratchBytes === 0 ? [] : [within({ at: scratch[at], end: scratch[at] + scratchBytes, value: null })];
    for (const value of makes) {
      invariant(!there.has(value), 'a step makes an array that is there already');
      const block = blockOf(value);
      const operand = reuses.find((r) => r.result === value && address.get(r.operand) === block.at)?.operand;
      if (operand !== undefined && there.has(operand)) {
        invariant(uses.get(operand) === at, 'a result is written over an array that is needed again');
        alive = alive.filter((b) => b.value !== operand);
      }
      own.push(block);
    }
    alive.push(...own);
    verifyApart(alive);
    alive = alive.filter((b) => b.value !== null && (uses.get(b.value) ?? at) > at);
  });
  const there = new Set(alive.map((b) => b.value));
  for (const value of kept) invariant(there.has(value), 'what is kept is not there in the end');
}

function verifyApart(blocks: readonly Block[]): void {
  const sorted = [...blocks].sort((a, b) => a.at - b.at);
  for (let i = 1; i < sorted.length; i++) {
    const [a, b] = [sorted[i - 1], sorted[i]];
    invariant(a.end <= b.at, `an array at ${a.at} reaches to ${a.end}, and another is at ${b.at}`);
  }
}
