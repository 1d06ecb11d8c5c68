// Static memory: every array of a plan at a fixed address, those that are never alive at once in the same place.

import { bytesOfAval } from '../ir/aval.ts';
import type { Graph, Value } from '../ir/graph.ts';
import type { Fused } from './fuse.ts';
import { operandsOf, outputsOf } from './fuse.ts';

export interface Placement {
  readonly address: ReadonlyMap<Value, number>;
  /** The scratch of each step. */
  readonly scratch: readonly number[];
  /** Bytes of all arrays, from address 0 on. */
  readonly bytes: number;
}

const aligned = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/**
 * Places constants, inputs, what steps make and their scratch. `slack` bytes past every array may be read. Inputs and
 * constants keep their place throughout, so that a plan may run again on what is there.
 */
export function place(
  graph: Graph,
  fused: Fused,
  constants: readonly Value[],
  scratchBytes: readonly number[],
  slack: number,
): Placement {
  const address = new Map<Value, number>();
  let fixed = 0;
  for (const value of [...constants, ...graph.inputs.map((i) => i.value)]) {
    address.set(value, fixed);
    fixed += aligned(bytesOfAval(value.aval) + slack);
  }
  const { steps, results } = fused;
  const lastUse = new Map<Value, number>();
  steps.forEach((step, at) => {
    for (const { root } of operandsOf(step)) lastUse.set(root, at);
    for (const y of outputsOf(step)) if (!lastUse.has(y)) lastUse.set(y, at);
  });
  for (const { root } of results) lastUse.set(root, Infinity);

  const free = new FreeList(fixed);
  const ends = new Map<number, { at: number; bytes: number }[]>();
  const scratch: number[] = [];
  steps.forEach((step, at) => {
    for (const value of outputsOf(step)) {
      const bytes = aligned(bytesOfAval(value.aval) + slack);
      const where = free.take(bytes);
      address.set(value, where);
      const end = lastUse.get(value)!;
      if (end === Infinity) continue;
      const list = ends.get(end) ?? [];
      list.push({ at: where, bytes });
      ends.set(end, list);
    }
    const bytes = aligned(scratchBytes[at]);
    const where = bytes === 0 ? 0 : free.take(bytes);
    scratch.push(where);
    if (bytes > 0) free.give(where, bytes);
    for (const block of ends.get(at) ?? []) free.give(block.at, block.bytes);
  });
  return { address, scratch, bytes: free.top };
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
