// The main thread's side of shared code: keeps what workers have compiled, for those that come to need it.

import { BroadcastChannel } from 'node:worker_threads';
import { bytesOfCode } from '../../engine/index.ts';
import type { PlanCode, Trap } from '../../engine/index.ts';
import type { CodeSetup, FromHost, ToHost } from './code-control.ts';
import { createTables, ownerOf, placeOf } from './code-control.ts';

export interface CodeHost {
  /** For the workers. */
  readonly setup: CodeSetup;
  /** A worker has ended: what it was compiling, others do. */
  ended(threadId: number): void;
  /** Modules held, and an estimate of their bytes, machine code included. */
  counts(): { readonly held: number; readonly bytes: number };
  close(): void;
}

let hosts = 0;

/** `maxBytes` bounds the estimate; what was asked for least recently leaves first. `trapped` hears of code that stopped. */
export function hostCode(maxBytes: number, trapped: (trap: Trap) => void): CodeHost {
  const setup: CodeSetup = { ...createTables(), channel: `cotangent/code/${hosts++}` };
  const { claims, held } = setup;
  const codes = new Map<string, PlanCode>();
  let bytes = 0;

  function keep(digest: string, code: PlanCode): void {
    // Two may have compiled it.
    if (codes.has(digest)) return;
    codes.set(digest, code);
    bytes += bytesOfCode(code);
    for (const oldest of codes.keys()) {
      if (bytes <= maxBytes) break;
      drop(oldest);
    }
  }

  function drop(digest: string): void {
    const code = codes.get(digest);
    if (code === undefined) return;
    codes.delete(digest);
    bytes -= bytesOfCode(code);
    forget(digest);
  }

  function forget(digest: string): void {
    const { slot, print } = placeOf(digest);
    Atomics.compareExchange(held, slot, print, 0n);
  }

  function find(digest: string): PlanCode | null {
    const code = codes.get(digest);
    if (code === undefined) {
      forget(digest);
      return null;
    }
    codes.delete(digest);
    codes.set(digest, code);
    return code;
  }

  function answer({ digest, asker, question, answered }: Extract<ToHost, { readonly question: number }>): void {
    const channel = new BroadcastChannel(`${setup.channel}/${asker}`);
    channel.postMessage({ question, code: find(digest) } satisfies FromHost);
    channel.close();
    Atomics.store(answered, 0, question);
    Atomics.notify(answered, 0);
  }

  const channel = new BroadcastChannel(setup.channel);
  channel.addEventListener('message', (event) => {
    const message = (event as MessageEvent<ToHost>).data;
    if ('code' in message) keep(message.digest, message.code);
    else if ('trap' in message) trapped(message.trap);
    else answer(message);
  });
  channel.unref();

  return {
    setup,
    ended(threadId) {
      claims.forEach((claim, slot) => {
        if (claim === 0n || ownerOf(claim) !== threadId) return;
        Atomics.compareExchange(claims, slot, claim, 0n);
        Atomics.notify(claims, slot);
      });
    },
    counts: () => ({ held: codes.size, bytes }),
    close: () => channel.close(),
  };
}
