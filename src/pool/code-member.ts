// A worker's side of shared code: takes what another has compiled, waits for what another compiles, or compiles and tells.

import { BroadcastChannel, receiveMessageOnPort, threadId } from 'node:worker_threads';
import type { CodeShare, PlanCode, Trap } from '../../engine/index.ts';
import type { CodeSetup, FromHost, ToHost } from './code-control.ts';
import { claimOf, placeOf, printOf } from './code-control.ts';

/** The main thread answers in a fraction of a millisecond; where it is so busy, compiling is sooner done. */
const patienceMs = 100;
/** Nobody compiles for longer than a request may take, after which the worker is ended and its claim with it: a last resort. */
const claimMs = 60_000;

export interface CodeMember extends CodeShare {
  /** Code that was compiled here, that came from others, and how often another was waited for. */
  readonly counts: { compiled: number; received: number; waited: number; traps: number };
  /** Tells the main thread of code that stopped. */
  trapped(trap: Trap): void;
}

/** `answerMs` bounds how long an answer of the main thread is waited for. */
export function joinCode({ claims, held, channel }: CodeSetup, answerMs = patienceMs): CodeMember {
  const counts = { compiled: 0, received: 0, waited: 0, traps: 0 };
  const answered = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const inbox = new BroadcastChannel(`${channel}/${threadId}`);
  inbox.unref();
  let questions = 0;

  function tell(message: ToHost): void {
    // Open only while it sends: whoever listens to a channel gets what others send to it.
    const host = new BroadcastChannel(channel);
    try {
      host.postMessage(message);
    } finally {
      host.close();
    }
  }

  function ask(digest: string): PlanCode | null {
    const question = ++questions;
    tell({ digest, asker: threadId, question, answered });
    const last = performance.now() + answerMs;
    for (;;) {
      const seen = Atomics.load(answered, 0);
      if (seen === question) break;
      if (Atomics.wait(answered, 0, seen, Math.max(0, last - performance.now())) === 'timed-out') return null;
    }
    for (;;) {
      // Node takes a channel here too (its documentation says so; its types do not).
      const received = receiveMessageOnPort(inbox as never);
      if (received === undefined) return null;
      const { question: answers, code } = received.message as FromHost;
      // Of earlier ones, nobody waits for the answer any more.
      if (answers === question) return code;
    }
  }

  function make(digest: string, compile: () => PlanCode | null): PlanCode | null {
    const code = compile();
    if (code === null) return null;
    counts.compiled++;
    const { slot, print } = placeOf(digest);
    try {
      tell({ digest, code });
      Atomics.store(held, slot, print);
    } catch (error) {
      // An attribute of a host call is a graph, which has functions in it.
      if (!(error instanceof DOMException && error.name === 'DataCloneError')) throw error;
      Atomics.store(held, slot, -print);
    }
    return code;
  }

  return {
    counts,
    trapped(trap) {
      counts.traps++;
      tell({ trap });
    },
    once(digest, compile) {
      const { slot, print } = placeOf(digest);
      const claim = claimOf(threadId, print);
      for (;;) {
        const known = Atomics.load(held, slot);
        if (known === -print) return make(digest, compile);
        if (known === print) {
          const code = ask(digest);
          if (code !== null) {
            counts.received++;
            return code;
          }
        }
        const found = Atomics.compareExchange(claims, slot, 0n, claim);
        if (found === 0n) {
          try {
            return make(digest, compile);
          } finally {
            Atomics.store(claims, slot, 0n);
            Atomics.notify(claims, slot);
          }
        }
        if (printOf(found) !== print) return make(digest, compile);
        counts.waited++;
        if (Atomics.wait(claims, slot, found, claimMs) === 'timed-out') return make(digest, compile);
      }
    },
  };
}
