// Paces refusals: a client that asks again as soon as it is refused is answered a little later, so that refusing it over and
// over takes little of the main thread from the requests that are served.
//
// The first of a burst go at once, then so many a second. A client on a connection of HTTP/1.1 waits for its answer before it
// asks again, so a thousand clients that hammer ask as often as they are answered. It costs a polite client nothing: its
// answer says to come back in a second or more.

import type { Standing } from '../line.ts';
import { Line } from '../line.ts';

/** Refusals that go at once after a time without any. */
const burst = 100;
/** Refusals a second once these have gone: two hundredths of the main thread. */
const perSecond = 400;
/** Nobody waits much longer for a refusal, milliseconds, */
const longestMs = 2000;
/** and no more wait at a time: each has a connection, which takes some memory. */
const mostHeld = 5000;
/** How often it is looked at whose turn it is, milliseconds, */
const turnMs = 10;
/** and how many go then at the most: others must not be held up for long. */
const perTurn = 100;

export interface Pace {
  /** Calls `send` at once, or when its turn has come. Returns what forgets it, where nobody waits for it any more. */
  hold(send: () => void): () => void;
  /** How many wait. */
  readonly held: number;
}

interface Held extends Standing {
  readonly send: () => void;
  /** Since when it waits. */
  readonly since: number;
}

/** `now` in milliseconds since some moment. */
export function createPace(now: () => number = () => performance.now()): Pace {
  const held = new Line<Held>();
  let allowance = burst;
  let counted = now();
  let timer: NodeJS.Timeout | undefined;

  function recount(): number {
    const at = now();
    allowance = Math.min(burst, allowance + ((at - counted) * perSecond) / 1000);
    counted = at;
    return at;
  }

  function turn(): void {
    const at = recount();
    for (let count = 0; count < perTurn && held.first !== undefined; count++) {
      const { first } = held;
      if (allowance < 1 && at - first.since < longestMs && held.size <= mostHeld) break;
      allowance = Math.max(0, allowance - 1);
      held.delete(first);
      first.send();
    }
    timer = held.size === 0 ? undefined : setTimeout(turn, turnMs);
  }

  return {
    hold(send) {
      const since = recount();
      if (held.size === 0 && allowance >= 1) {
        allowance--;
        send();
        return () => {};
      }
      const one: Held = { send, since };
      held.add(one);
      timer ??= setTimeout(turn, turnMs);
      return () => held.delete(one);
    },
    get held() {
      return held.size;
    },
  };
}
