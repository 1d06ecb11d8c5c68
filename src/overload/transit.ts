// Bounds the memory of what is between clients and us: bodies that have not come whole, and answers that have not been taken
// whole. A slow client costs nothing but that; thousands of them, or one who is many, would cost all there is.
//
// Where there is more than the bound, the caller with most loses its largest (McKenney 1990, longest queue drop): whoever
// floods loses to itself, and a client of ordinary size is never met.

/** One body or answer on its way. */
export interface Passage {
  /** So many bytes more are held for it. */
  add(bytes: number): void;
  /** Nothing is held for it any more. */
  end(): void;
}

interface Held {
  readonly caller: string;
  readonly drop: () => void;
  bytes: number;
}

export interface Transit {
  /** Begins to count for a caller; `drop` is called, once at most, to have it end. */
  begin(caller: string, drop: () => void): Passage;
  /** Of everything that is on its way. */
  readonly bytes: number;
}

/** `most` bytes in all; what is alone may be larger. */
export function createTransit(most: number): Transit {
  const all = new Set<Held>();
  let sum = 0;

  function end(held: Held): void {
    if (all.delete(held)) sum -= held.bytes;
  }

  /** The largest of the caller with most, the first of equals. */
  function largest(): Held | undefined {
    const callers = new Map<string, { bytes: number; largest: Held }>();
    for (const held of all) {
      const known = callers.get(held.caller);
      if (known === undefined) callers.set(held.caller, { bytes: held.bytes, largest: held });
      else {
        known.bytes += held.bytes;
        if (held.bytes > known.largest.bytes) known.largest = held;
      }
    }
    let found: { bytes: number; largest: Held } | undefined;
    for (const caller of callers.values()) if (found === undefined || caller.bytes > found.bytes) found = caller;
    return found?.largest;
  }

  return {
    begin(caller, drop) {
      const held: Held = { caller, drop, bytes: 0 };
      all.add(held);
      return {
        add(bytes) {
          if (!all.has(held)) return;
          held.bytes += bytes;
          sum += bytes;
          while (sum > most && all.size > 1) {
            const victim = largest()!;
            end(victim);
            victim.drop();
          }
        },
        end: () => end(held),
      };
    },
    get bytes() {
      return sum;
    },
  };
}
