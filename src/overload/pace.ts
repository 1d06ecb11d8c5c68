// Paces refusals: a client that asks again as soon as it is refused is answered a little later, so that refusing it over and
// over takes little of the main thread from the requests that are served.
//
// The first of a burst go at once, then so many a second. A client on a connection of HTTP/1.1 waits for its answer before it
// asks again, so a thousand clients that hammer ask as often as they are answered. It costs a polite client nothing: its
// answer says to come back in a second or more.

/** Refusals that go at once after a time without any. */
const burst = 100;
/** Refusals a second once these have gone: two hundredths of the main thread. */
const perSecond = 400;
/** Nobody waits longer for a refusal, milliseconds, */
const longestMs = 2000;
/** and no more wait at a time: each has a connection, which takes some memory. */
const mostHeld = 5000;
/** How often it is looked at whose turn it is, milliseconds. */
const turnMs = 10;

export interface Pace {
  /** Calls `send` at once, or when its turn has come. Returns what forgets it, where nobody waits for it any more. */
  hold(send: () => void): () => void;
  /** How many wait. */
  readonly held: number;
}

/** `now` in milliseconds since some moment. */
export function createPace(now: () => number = () => performance.now()): Pace {
  const held = new Map<() => void, number>();
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
    for (const [send, since] of held) {
      if (allowance < 1 && at - since < longestMs && held.size <= mostHeld) break;
      allowance = Math.max(0, allowance - 1);
      held.delete(send);
      send();
    }
    timer = held.size === 0 ? undefined : setTimeout(turn, turnMs);
  }

  return {
    hold(send) {
      const at = recount();
      if (held.size === 0 && allowance >= 1) {
        allowance--;
        send();
        return () => {};
      }
      held.set(send, at);
      timer ??= setTimeout(turn, turnMs);
      return () => held.delete(send);
    },
    get held() {
      return held.size;
    },
  };
}
