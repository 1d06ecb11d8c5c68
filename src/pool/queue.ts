// The queue before the workers: fair among callers by the time their work takes, with light work free to pass heavy work.
//
// Start-time fair queueing (Goyal, Vin and Cheng 1996): each caller has a tag, the virtual time at which its next request
// starts; the smallest tag is served first, and what it takes is added to it. So a caller who sends a thousand requests, or
// one of a minute, waits behind itself. Light and heavy requests of a caller stand in lines of their own: where no worker
// may take heavy work, the light work behind it is not held up.

import type { Standing } from '../line.ts';
import { Line } from '../line.ts';

/** What the queue knows of a request. */
export interface Waiting extends Standing {
  /** Whose it is: requests of one caller share one caller's part of the time. */
  readonly caller: string;
  /** What it will take, as far as is known, milliseconds. */
  readonly costMs: number;
  /** It waits in the line of heavy work. */
  readonly heavy: boolean;
  /** Of its body. */
  readonly bytes: number;
  /** When it came: a number that grows. */
  readonly number: number;
}

interface Caller<T extends Waiting> extends Standing {
  readonly name: string;
  readonly light: Line<T>;
  readonly heavy: Line<T>;
  /** Virtual time at which its next request starts, milliseconds of work. */
  tag: number;
  /** Work that waits, milliseconds. */
  lightMs: number;
  heavyMs: number;
}

/** Callers whose share is remembered while nothing of theirs waits. */
const mostRemembered = 4096;

export class FairQueue<T extends Waiting> {
  readonly #callers = new Map<string, Caller<T>>();
  /** Those of whom something waits. */
  readonly #active = new Line<Caller<T>>();
  /** What was taken and comes back, to be taken first. */
  readonly #returned = new Line<T>();
  #virtual = 0;
  #size = 0;
  #bytes = 0;
  #lightMs = 0;
  #heavyMs = 0;

  get size(): number {
    return this.#size;
  }

  /** Bytes of all bodies that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Work that waits, milliseconds. */
  get ms(): number {
    return this.#lightMs + this.#heavyMs;
  }

  /** Callers of whom something waits. */
  get callers(): number {
    return this.#active.size;
  }

  add(item: T): void {
    const caller = this.#caller(item.caller);
    if (!this.#active.has(caller)) {
      // Idle time is not saved up.
      caller.tag = Math.max(caller.tag, this.#virtual);
      this.#active.add(caller);
    }
    (item.heavy ? caller.heavy : caller.light).add(item);
    this.#count(item, caller, 1);
  }

  /** Puts back what was taken and did not run: it keeps its place before all others. */
  giveBack(item: T): void {
    this.#caller(item.caller).tag -= item.costMs;
    this.#returned.add(item);
    this.#count(item, undefined, 1);
  }

  /** Removes what nobody waits for any more; false where it does not wait. */
  remove(item: T): boolean {
    if (this.#returned.delete(item)) {
      this.#count(item, undefined, -1);
      return true;
    }
    const caller = this.#callers.get(item.caller);
    if (caller === undefined || !(caller.light.delete(item) || caller.heavy.delete(item))) return false;
    this.#count(item, caller, -1);
    this.#rest(caller);
    return true;
  }

  /** The next to run; undefined where there is none, or none but heavy work and that is not wanted. */
  take(heavyToo: boolean): T | undefined {
    for (let item = this.#returned.first; item !== undefined; item = this.#returned.after(item)) {
      if (item.heavy && !heavyToo) continue;
      this.#returned.delete(item);
      this.#count(item, undefined, -1);
      this.#caller(item.caller).tag += item.costMs;
      return item;
    }
    let best: T | undefined;
    let from: Caller<T> | undefined;
    // As many as wait at most: with a thousand callers two microseconds, for which a heap is not worth its code.
    for (let caller = this.#active.first; caller !== undefined; caller = this.#active.after(caller)) {
      if (from !== undefined && caller.tag > from.tag) continue;
      const item = firstOf(caller, heavyToo);
      if (item === undefined) continue;
      if (best === undefined || caller.tag < from!.tag || item.number < best.number) {
        best = item;
        from = caller;
      }
    }
    if (best === undefined || from === undefined) return undefined;
    (best.heavy ? from.heavy : from.light).delete(best);
    this.#count(best, from, -1);
    this.#virtual = Math.max(this.#virtual, from.tag);
    from.tag += best.costMs;
    this.#rest(from);
    return best;
  }

  /** What a caller's request took differs by so many milliseconds from the cost it was taken for. */
  correct(caller: string, ms: number): void {
    const known = this.#callers.get(caller);
    if (known !== undefined) known.tag += ms;
  }

  /**
   * How long a request that came now would wait, milliseconds of work on one worker: for what stands before it, of its
   * caller's and, as far as they take turns with it, of others'.
   */
  waitMs(name: string, heavy: boolean): number {
    const caller = this.#callers.get(name);
    const own = (caller?.lightMs ?? 0) + (heavy ? (caller?.heavyMs ?? 0) : 0);
    const all = this.#lightMs + (heavy ? this.#heavyMs : 0);
    const turns = this.#active.size + (caller !== undefined && this.#active.has(caller) ? 0 : 1);
    return Math.min(all, own * turns);
  }

  /**
   * The last request of the caller of whom most wait, where that is more than `name` would have with one more: it makes
   * room in a full queue (McKenney 1990, longest queue drop).
   */
  longest(name: string): T | undefined {
    const waiting = (caller: Caller<T>): number => caller.light.size + caller.heavy.size;
    let most: Caller<T> | undefined;
    for (const caller of this.#active) if (most === undefined || waiting(caller) > waiting(most)) most = caller;
    const own = this.#callers.get(name);
    if (most === undefined || waiting(most) <= 1 + (own === undefined ? 0 : waiting(own))) return undefined;
    return (most.heavy.size > 0 ? most.heavy : most.light).last;
  }

  /** All that wait. */
  *items(): Generator<T> {
    yield* this.#returned;
    for (const { light, heavy } of this.#active) {
      yield* light;
      yield* heavy;
    }
  }

  #caller(name: string): Caller<T> {
    let caller = this.#callers.get(name);
    if (caller === undefined) {
      if (this.#callers.size >= mostRemembered) this.#forget();
      caller = { name, light: new Line(), heavy: new Line(), tag: this.#virtual, lightMs: 0, heavyMs: 0 };
      this.#callers.set(name, caller);
    }
    return caller;
  }

  #forget(): void {
    for (const [name, caller] of this.#callers) if (!this.#active.has(caller)) this.#callers.delete(name);
  }

  #count(item: T, caller: Caller<T> | undefined, sign: 1 | -1): void {
    this.#size += sign;
    this.#bytes += sign * item.bytes;
    const ms = sign * item.costMs;
    if (item.heavy) this.#heavyMs += ms;
    else this.#lightMs += ms;
    if (caller === undefined) return;
    if (item.heavy) caller.heavyMs += ms;
    else caller.lightMs += ms;
  }

  #rest(caller: Caller<T>): void {
    if (caller.light.size + caller.heavy.size > 0) return;
    this.#active.delete(caller);
    // Sums of fractions drift.
    caller.lightMs = 0;
    caller.heavyMs = 0;
    if (this.#size === 0) this.#lightMs = this.#heavyMs = 0;
  }
}

/** The first to come of a caller's that may run. */
function firstOf<T extends Waiting>({ light, heavy }: Caller<T>, heavyToo: boolean): T | undefined {
  const { first } = light;
  if (!heavyToo || heavy.size === 0) return first;
  const slow = heavy.first;
  return first === undefined || (slow !== undefined && slow.number < first.number) ? slow : first;
}
