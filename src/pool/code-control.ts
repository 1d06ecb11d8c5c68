// How threads tell each other what has been compiled: a table of claims that they share, and the messages beside it.
//
// A worker that needs code looks whether the main thread has it, and asks for it. Where nobody has it, the worker claims
// its digest by compare-and-exchange, compiles, hands the code to the main thread and gives the claim up; others that want
// the same meanwhile wait for that. When a worker ends the main thread gives up what it had claimed, so nobody waits for
// the dead. Claims and hints are entries of tables by the digest's first bits: where two digests meet in one, each is
// compiled as if there were no table.

import type { PlanCode, Trap } from '../../engine/index.ts';

const slots = 4096;
/** Bits of a digest in a table's entry; a claim has the owner's number above them. */
const printBits = 40n;

/** What a worker needs to share code. */
export interface CodeSetup {
  /** Digests that are being compiled, with who does it; 0 where none is. */
  readonly claims: BigInt64Array<SharedArrayBuffer>;
  /** Digests that the main thread holds; less than 0 those that it cannot, 0 where none is. */
  readonly held: BigInt64Array<SharedArrayBuffer>;
  /** The main thread listens on the BroadcastChannel of this name, a worker on that of this name and its thread's id. */
  readonly channel: string;
}

export const createTables = (): Pick<CodeSetup, 'claims' | 'held'> => {
  const table = () => new BigInt64Array(new SharedArrayBuffer(slots * BigInt64Array.BYTES_PER_ELEMENT));
  return { claims: table(), held: table() };
};

/** Where a digest (`sha256:` and hexadecimal digits) stands in the tables, and how it is told from others there. */
export function placeOf(digest: string): { readonly slot: number; readonly print: bigint } {
  const digits = digest.slice(digest.indexOf(':') + 1);
  // Never 0: that is no digest.
  const print = BigInt(`0x${digits.slice(0, Number(printBits) / 4)}`) | 1n;
  return { slot: parseInt(digits.slice(-8), 16) % slots, print };
}

export const claimOf = (owner: number, print: bigint): bigint => (BigInt(owner) << printBits) | print;
export const ownerOf = (claim: bigint): number => Number(claim >> printBits);
export const printOf = (claim: bigint): bigint => BigInt.asUintN(Number(printBits), claim);

/** A worker to the main thread: code to keep, a question for some, or code that stopped. */
export type ToHost =
  | { readonly digest: string; readonly code: PlanCode }
  | { readonly trap: Trap }
  | {
      readonly digest: string;
      readonly asker: number;
      readonly question: number;
      /** Set to the question's number, and notified, when it is answered. */
      readonly answered: Int32Array<SharedArrayBuffer>;
    };

/** The answer; null where there is no such code any more. */
export interface FromHost {
  readonly question: number;
  readonly code: PlanCode | null;
}
