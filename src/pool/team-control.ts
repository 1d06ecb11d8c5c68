// How the threads of a team tell each other what to do: the words they share, and the messages beside them.
//
// Each helper has a state, one word that changes by compare-and-exchange alone. A worker (the caller) claims free
// helpers one by one, so several workers can have some each, and no lock is held by anybody who may be killed:
//
//   free ─► claimed ─► posted ─► running ─► done, failed or unknown ─► free
//           caller     caller    helper     helper                     caller
//
// What is posted but not begun when the work is done is taken back. The main thread cleans up: where a caller has
// ended, its helpers become free, a running one as soon as it finds itself an orphan; a helper that has ended is dead
// until its successor starts. Chunks are counted in a block of the caller's own: a helper that lags behind, on work
// whose caller is gone, can never count in anybody else's.

/** Words of the whole team. */
export const team = {
  /** How many workers compute, as the main thread knows. */
  busy: 0,
  /** Helpers' words begin here. */
  helpers: 16,
} as const;

/** Words of each helper, in a cache line of their own. */
export const helper = {
  state: 0,
  /** The request that the caller computes. */
  job: 1,
  /** A request that is to be stopped. */
  cancelled: 2,
  /** The caller's number for a module and a memory. */
  kernel: 3,
  /** Which of the functions that the module exports. */
  function: 4,
  /** The helper leaves when more workers than this compute: its core is needed. */
  most: 5,
  words: 16,
} as const;

/** Words of the caller's block. */
export const block = { next: 0, total: 1, words: 16 } as const;

/** The phases of a helper that a caller has. */
export const phase = { claimed: 1, posted: 2, running: 3, done: 4, failed: 5, unknown: 6 } as const;
export type Phase = (typeof phase)[keyof typeof phase];

/** States without a caller. `drain`: the helper is to read its messages and become free. */
export const state = { free: 0, dead: -1, orphan: -2, drain: -3 } as const;

/** A caller's number: the main thread has the id 0, and 0 is nobody. */
export const callerNumber = (threadId: number): number => threadId + 1;

/** The state of a helper that a caller has. */
export const stateOf = (caller: number, phase: Phase): number => (caller << 3) | phase;
export const callerOf = (word: number): number => (word > 0 ? word >> 3 : 0);
export const phaseOf = (word: number): number => (word > 0 ? word & 7 : 0);

export const controlWords = (helpers: number): number => team.helpers + helpers * helper.words;
/** Where a helper's words begin. */
export const wordsOf = (index: number): number => team.helpers + index * helper.words;

/** What a worker needs to call on the team. */
export interface TeamSetup {
  readonly control: Int32Array<SharedArrayBuffer>;
  readonly helpers: number;
  readonly cores: number;
  /** Helper number i listens on the BroadcastChannel of this name and i. */
  readonly channel: string;
}

/** What a helper starts with. */
export interface HelperSetup extends TeamSetup {
  readonly index: number;
}

export const channelOf = (setup: TeamSetup, index: number): string => `${setup.channel}/${index}`;

/** What is too large for words: a kernel to know, or what to let go of. */
export type TeamMessage =
  | {
      readonly caller: number;
      readonly kernel: number;
      /** The caller's number for the memory. */
      readonly place: number;
      readonly module: WebAssembly.Module;
      readonly memory: WebAssembly.Memory;
      readonly block: Int32Array<SharedArrayBuffer>;
    }
  /** What a caller has sent: all, or what computes in one memory. */
  | { readonly forget: number; readonly place?: number };

/** The functions that a module exports, in the order that numbers them. */
export const functionsOf = (module: WebAssembly.Module): string[] =>
  WebAssembly.Module.exports(module).flatMap(({ name, kind }) => (kind === 'function' ? [name] : []));
