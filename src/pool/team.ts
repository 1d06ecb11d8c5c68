// The main thread's side of the team: starts the helper threads, replaces them, and cleans up after workers that end.

import { BroadcastChannel, Worker } from 'node:worker_threads';
import type { HelperSetup, TeamMessage, TeamSetup } from './team-control.ts';
import {
  callerNumber,
  callerOf,
  channelOf,
  controlWords,
  helper,
  phase,
  phaseOf,
  state,
  team,
  wordsOf,
} from './team-control.ts';

export interface TeamOptions {
  /** Helper threads, beside the workers. */
  readonly helpers: number;
  /** How many threads shall compute at once, workers and helpers together; one more than the helpers if absent. */
  readonly cores?: number;
  readonly env: Readonly<Record<string, string>>;
  readonly log: { error(details: object, message: string): void };
}

export interface TeamHost {
  /** For the workers. */
  readonly setup: TeamSetup;
  /** So many workers compute now. */
  busy(workers: number): void;
  /** The request is not wanted any more: helpers stop at the end of their chunk. */
  cancel(job: number): void;
  /** A worker has ended: its thread runs no more. */
  ended(threadId: number): void;
  /** The helper threads, by number; what ends is replaced. */
  readonly threads: ReadonlyMap<number, Worker>;
  /** Resolves when every helper has ended. */
  close(): Promise<void>;
}

/** A helper that dies is replaced after this time, so that one that cannot live does not keep the process busy. */
const replaceAfterMs = 500;
/** A chunk that is still computed this long after its caller has ended may never end: its thread is replaced. */
const orphanMs = 1000;
/** How soon to try again to wake a helper that was at work. */
const retryMs = 100;

let teams = 0;

export function startTeam({ helpers, cores = helpers + 1, env, log }: TeamOptions): TeamHost {
  const bytes = controlWords(helpers) * Int32Array.BYTES_PER_ELEMENT;
  const control = new Int32Array(new SharedArrayBuffer(bytes));
  const setup: TeamSetup = { control, helpers, cores, channel: `cotangent/team/${teams++}` };
  const threads = new Map<number, Worker>();
  const indices = Array.from({ length: helpers }, (_, index) => index);
  const at = (index: number, word: keyof typeof helper): number => wordsOf(index) + helper[word];
  let closing = false;

  function start(index: number): void {
    if (closing) return;
    const thread = new Worker(new URL('./team-helper.ts', import.meta.url), {
      workerData: { ...setup, index } satisfies HelperSetup,
      env,
    });
    thread.unref();
    threads.set(index, thread);
    thread.on('error', (error) => log.error({ err: error }, 'a helper thread died'));
    thread.on('message', (trace: string) => log.error({ err: { stack: trace } }, 'a kernel failed on a helper thread'));
    thread.once('exit', () => {
      threads.delete(index);
      Atomics.store(control, at(index, 'state'), state.dead);
      // A worker may wait for it.
      Atomics.notify(control, at(index, 'state'));
      if (!closing) setTimeout(start, replaceAfterMs, index).unref();
    });
  }

  function free(index: number, caller: number): void {
    const where = at(index, 'state');
    for (;;) {
      const word = Atomics.load(control, where);
      if (callerOf(word) !== caller) return;
      const to = phaseOf(word) === phase.running ? state.orphan : state.free;
      if (Atomics.compareExchange(control, where, word, to) !== word) continue;
      if (to === state.orphan) setTimeout(endOrphan, orphanMs, index).unref();
      return;
    }
  }

  function endOrphan(index: number): void {
    if (Atomics.load(control, at(index, 'state')) === state.orphan) void threads.get(index)?.terminate();
  }

  /** Wakes a helper to read its messages, when it sleeps: it reads them by itself after work. */
  function wake(index: number): void {
    if (closing) return;
    const found = Atomics.compareExchange(control, at(index, 'state'), state.free, state.drain);
    if (found === state.free) Atomics.notify(control, at(index, 'state'));
    else if (found !== state.dead) setTimeout(wake, retryMs, index).unref();
  }

  for (const index of indices) {
    Atomics.store(control, at(index, 'state'), state.dead);
    Atomics.store(control, at(index, 'cancelled'), -2);
    start(index);
  }

  return {
    setup,
    threads,
    busy: (workers) => void Atomics.store(control, team.busy, workers),
    cancel(job) {
      for (const index of indices) {
        if (Atomics.load(control, at(index, 'job')) === job) Atomics.store(control, at(index, 'cancelled'), job);
      }
    },
    ended(threadId) {
      const caller = callerNumber(threadId);
      for (const index of indices) {
        free(index, caller);
        const channel = new BroadcastChannel(channelOf(setup, index));
        channel.postMessage({ forget: caller } satisfies TeamMessage);
        channel.close();
        wake(index);
      }
    },
    async close() {
      closing = true;
      await Promise.all([...threads.values()].map((thread) => thread.terminate()));
    },
  };
}
