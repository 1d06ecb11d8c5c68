// A worker's side of the team: divides the chunks of a kernel among the worker itself and helpers that are free.

import { BroadcastChannel, threadId } from 'node:worker_threads';
import type { Kernel, Team } from '../../engine/index.ts';
import type { Phase, TeamMessage, TeamSetup } from './team-control.ts';
import {
  block,
  callerNumber,
  callerOf,
  channelOf,
  functionsOf,
  helper,
  phase,
  state,
  stateOf,
  team,
  wordsOf,
} from './team-control.ts';

/** A worker's membership. */
export interface Membership extends Team {
  /** The request that is computed from now on: what stops it stops its helpers too. */
  serve(job: number): void;
}

/** How long to look for a helper's end before sleeping: chunks end together, and waking takes longer than this. */
const spinMs = 0.05;

/** A memory that helpers may have been told about: 1 for each that was. */
interface Place {
  readonly place: number;
  readonly told: Uint8Array;
  readonly modules: WeakMap<WebAssembly.Module, Known>;
}

/** A module that computes there. */
interface Known {
  readonly place: Place;
  readonly kernel: number;
  readonly functions: readonly string[];
  readonly told: Uint8Array;
  instance: WebAssembly.Instance | undefined;
}

type Chunk = (chunk: number) => void;

/** `instantiate` makes an instance of a compiled module over a memory. */
export function joinTeam(
  setup: TeamSetup,
  instantiate: (module: WebAssembly.Module, memory: WebAssembly.Memory) => WebAssembly.Instance,
): Membership {
  const { control, helpers, cores } = setup;
  const me = callerNumber(threadId);
  const own = new Int32Array(new SharedArrayBuffer(block.words * Int32Array.BYTES_PER_ELEMENT));
  const places = new WeakMap<WebAssembly.Memory, Place>();
  let numbered = 0;
  let job = -1;

  const at = (index: number, word: keyof typeof helper): number => wordsOf(index) + helper[word];
  const mine = (phase: Phase): number => stateOf(me, phase);
  const change = (index: number, from: number, to: number): boolean =>
    Atomics.compareExchange(control, at(index, 'state'), from, to) === from;

  function send(index: number, message: TeamMessage): void {
    // Open only while it sends: whoever listens to a channel gets what others send to it.
    const channel = new BroadcastChannel(channelOf(setup, index));
    channel.postMessage(message);
    channel.close();
  }

  function know({ module, memory }: Kernel): Known {
    let place = places.get(memory);
    if (place === undefined) {
      place = { place: numbered++, told: new Uint8Array(helpers), modules: new WeakMap() };
      places.set(memory, place);
    }
    let entry = place.modules.get(module);
    if (entry === undefined) {
      const functions = functionsOf(module);
      entry = { place, kernel: numbered++, functions, told: new Uint8Array(helpers), instance: undefined };
      place.modules.set(module, entry);
    }
    return entry;
  }

  /** Helpers that are free, how many are not, and for how many there are cores. */
  function survey(): { free: number[]; engaged: number; idle: number } {
    let engaged = 0;
    const free: number[] = [];
    for (let index = 0; index < helpers; index++) {
      const word = Atomics.load(control, at(index, 'state'));
      if (word === state.free) free.push(index);
      else if (word !== state.dead) engaged++;
    }
    return { free, engaged, idle: cores - Math.max(1, Atomics.load(control, team.busy)) - engaged };
  }

  /** Claims up to so many free helpers, as long as there are cores for them. */
  function claim(most: number): number[] {
    const { free, engaged, idle } = survey();
    const claimed: number[] = [];
    for (const index of free) {
      if (claimed.length >= Math.min(most, idle)) break;
      if (!change(index, state.free, mine(phase.claimed))) continue;
      claimed.push(index);
      Atomics.store(control, at(index, 'most'), cores - engaged - claimed.length);
    }
    return claimed;
  }

  function post(index: number, kernel: Kernel, entry: Known): void {
    if (entry.told[index] === 0) {
      const { module, memory } = kernel;
      const { kernel: number, place } = entry;
      send(index, { caller: me, kernel: number, place: place.place, module, memory, block: own });
      entry.told[index] = 1;
      place.told[index] = 1;
    }
    Atomics.store(control, at(index, 'job'), job);
    Atomics.store(control, at(index, 'kernel'), entry.kernel);
    Atomics.store(control, at(index, 'function'), entry.functions.indexOf(kernel.name));
    if (change(index, mine(phase.claimed), mine(phase.posted))) Atomics.notify(control, at(index, 'state'));
  }

  /** Takes the work back where it has not begun, and waits where it has. Returns how it went. */
  function retire(index: number): 'well' | 'unknown' | 'failed' {
    if (change(index, mine(phase.posted), state.free) || change(index, mine(phase.claimed), state.free)) return 'well';
    const where = at(index, 'state');
    const running = mine(phase.running);
    const deadline = performance.now() + spinMs;
    while (Atomics.load(control, where) === running) {
      if (performance.now() > deadline) Atomics.wait(control, where, running);
    }
    const word = Atomics.load(control, where);
    // It died, and another may have taken its place already: what it was at is lost.
    if (callerOf(word) !== me) return 'failed';
    change(index, word, state.free);
    if (word === mine(phase.unknown)) return 'unknown';
    return word === mine(phase.done) ? 'well' : 'failed';
  }

  function run(kernel: Kernel, chunks: number): void {
    const entry = know(kernel);
    const chunk = functionOf(kernel, entry);
    const claimed = chunks > 1 ? claim(chunks - 1) : [];
    if (claimed.length === 0) {
      for (let i = 0; i < chunks; i++) chunk(i);
      return;
    }
    Atomics.store(own, block.total, chunks);
    Atomics.store(own, block.next, 0);
    let failed = 0;
    try {
      for (const index of claimed) post(index, kernel, entry);
      for (let i = Atomics.add(own, block.next, 1); i < chunks; i = Atomics.add(own, block.next, 1)) chunk(i);
    } finally {
      // Where a chunk has thrown, nobody starts another.
      Atomics.store(own, block.next, chunks);
      for (const index of claimed) {
        const how = retire(index);
        if (how === 'failed') failed++;
        if (how === 'unknown') entry.told[index] = 0;
      }
    }
    if (failed > 0) throw new Error(`the kernel ${kernel.name} failed on another thread`);
  }

  function functionOf({ module, memory, name, instance }: Kernel, entry: Known): Chunk {
    const { exports } = instance ?? (entry.instance ??= instantiate(module, memory));
    return exports[name] as Chunk;
  }

  return {
    size: helpers + 1,
    idle() {
      const { free, idle } = survey();
      return free.length > 0 && idle > 0;
    },
    run,
    release(memory) {
      const place = places.get(memory);
      places.delete(memory);
      for (let index = 0; index < helpers; index++) {
        if (place?.told[index] !== 1) continue;
        send(index, { forget: me, place: place.place });
        // One that is at work reads it before it sleeps.
        if (change(index, state.free, state.drain)) Atomics.notify(control, at(index, 'state'));
      }
    },
    serve(number) {
      job = number;
    },
  };
}
