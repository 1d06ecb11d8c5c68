// Static memory: every array of a plan at a fixed address, those that are never alive at once in the same place.

import { bytesOfAval } from '../ir/aval.ts';
import type { Value } from '../ir/graph.ts';

/** A result that may be written over an operand which nothing needs after the step: element for element, byte for byte. */
export interface Reuse {
  readonly result: Value;
  readonly operand: Value;
}

/** What a step asks of memory. */
export interface Demand {
  /** The arrays it reads. */
  readonly reads: readonly Value[];
  /** The arrays it leaves behind. */
  readonly makes: readonly Value[];
  /** Bytes of its own, while it runs. */
  readonly scratchBytes: number;
  /** The reader of an array says whether its place may be taken; whether the array is still needed is found here. */
  readonly reuses: readonly Reuse[];
}

/** What a plan asks of memory. */
export interface Demands {
  /** Bytes from address 0 on that are spoken for. */
  readonly reserved: number;
  /** Constants and inputs: they keep their place throughout, so that a plan may run again on what is there. */
  readonly pinned: readonly Value[];
  readonly steps: readonly Demand[];
  /** What is read when all steps are done. */
  readonly kept: readonly Value[];
  /** Bytes past the end of every array that may be read, and written while the array is. */
  readonly slack: number;
}

export interface Placement {
  /** Of every array, in bytes, a multiple of 64. */
  readonly address: ReadonlyMap<Value, number>;
  /** Of each step's scratch. */
  readonly scratch: readonly number[];
  /** Bytes of memory that the plan needs, from address 0 on. */
  readonly bytes: number;
  /** Those of them that arrays and scratch take: what a plan is said to need. */
  readonly peak: number;
}

const aligned = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/** The last step that needs each array; Infinity for what is kept. What nothing reads is needed by its maker. */
function lastNeeds({ pinned, steps, kept }: Demands): ReadonlyMap<Value, number> {
  const last = new Map<Value, number>();
  steps.forEach(({ reads, makes }, at) => {
    for (const value of [...reads, ...makes]) last.set(value, at);
  });
  for (const value of [...pinned, ...kept]) last.set(value, Infinity);
  return last;
}

/** Gives every array and every scratch its address. */
export function place(demands: Demands): Placement {
  const { reserved, pinned, steps, slack } = demands;
  const room = (value: Value): number => aligned(bytesOfAval(value.aval) + slack);
  const address = new Map<Value, number>();
  let fixed = aligned(reserved);
  for (const value of pinned) {
    address.set(value, fixed);
    fixed += room(value);
  }
  const last = lastNeeds(demands);
  const free = new FreeList(fixed);
  const scratch: number[] = [];
  steps.forEach(({ reads, makes, reuses, scratchBytes }, at) => {
    const ends = new Set([...reads, ...makes].filter((value) => last.get(value) === at));
    for (const result of makes) {
      const operand = reuses.find((r) => r.result === result && ends.has(r.operand))?.operand;
      if (operand === undefined) address.set(result, free.take(room(result)));
      else {
        address.set(result, address.get(operand)!);
        // The place is the result's now.
        ends.delete(operand);
      }
    }
    const bytes = aligned(scratchBytes);
    const own = bytes === 0 ? 0 : free.take(bytes);
    scratch.push(own);
    if (bytes > 0) free.give(own, bytes);
    for (const value of ends) free.give(address.get(value)!, room(value));
  });
  return { address, scratch, bytes: free.top, peak: free.top - aligned(reserved) };
}

/** Free blocks below a top that rises when none is large enough; the tightest fit is taken. */
class FreeList {
  /** The highest address that was ever needed. */
  top: number;
  readonly #blocks: { at: number; bytes: number }[] = [];

  constructor(from: number) {
    this.top = from;
  }

  take(bytes: number): number {
    let best = -1;
    this.#blocks.forEach((block, i) => {
      if (block.bytes >= bytes && (best < 0 || block.bytes < this.#blocks[best].bytes)) best = i;
    });
    if (best < 0) {
      // A block that ends at the top grows.
      const last = this.#blocks.at(-1);
      const at = last !== undefined && last.at + last.bytes === this.top ? last.at : this.top;
      if (at !== this.top) this.#blocks.pop();
      this.top = at + bytes;
      return at;
    }
    const block = this.#blocks[best];
    const { at } = block;
    block.at += bytes;
    block.bytes -= bytes;
    if (block.bytes === 0) this.#blocks.splice(best, 1);
    return at;
  }

  give(at: number, bytes: number): void {
    let i = this.#blocks.findIndex((block) => block.at > at);
    if (i < 0) i = this.#blocks.length;
    this.#blocks.splice(i, 0, { at, bytes });
    const merge = (k: number): void => {
      const [a, b] = [this.#blocks[k], this.#blocks[k + 1]];
      if (a === undefined || b === undefined || a.at + a.bytes !== b.at) return;
      a.bytes += b.bytes;
      this.#blocks.splice(k + 1, 1);
    };
    merge(i);
    merge(i - 1);
  }
}
