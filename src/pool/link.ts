// How requests and answers travel between the main thread and a worker: many in one message, and a word that says which runs.
//
// Waking a thread costs more than a tiny request does, so messages hold all that is there. What was sent but not begun can
// still be taken back: a worker claims each request by compare-and-exchange on a word that it shares with the main thread,
// and loses the rest of a batch whose ticket has changed. So a request that takes longer than expected does not hold up those
// behind it, and when a worker dies it is known which request it was at.

/** Words shared with each worker. */
const words = { claim: 0, timeoutMs: 1, count: 2 } as const;

/** The claim word is a ticket, which changes with each batch, and how many of the batch the worker has begun. */
const positionBits = 10;
export const mostInBatch = 2 ** positionBits - 1;
const mostTickets = 2 ** (31 - positionBits);

/** Bodies at least so large move to the other thread; smaller ones are copied, which is cheaper. */
export const movedBytes = 32 * 1024;

/** Many heads, each with a body. */
export interface Parcel {
  readonly ticket: number;
  /** JSON of a list of plain data: half of what cloning the objects takes. */
  readonly heads: string;
  /** Length of each body; a negative one stands for the next of `large`. */
  readonly lengths: readonly number[];
  /** The small bodies, one after the other. */
  readonly small: ArrayBuffer;
  readonly large: readonly Uint8Array[];
}

export interface Item<Head> {
  readonly head: Head;
  readonly body: Uint8Array;
}

const nothing = new Uint8Array(0);

/** A message of many items; large bodies move with it and are gone here. */
export function pack<Head>(
  ticket: number,
  items: readonly Item<Head>[],
): { readonly parcel: Parcel; readonly transfer: ArrayBuffer[] } {
  const lengths: number[] = [];
  const large: Uint8Array[] = [];
  let total = 0;
  for (const { body } of items) {
    if (body.byteLength >= movedBytes) {
      lengths.push(-1);
      large.push(movable(body));
    } else {
      lengths.push(body.byteLength);
      total += body.byteLength;
    }
  }
  const small = new Uint8Array(total);
  let at = 0;
  for (const { body } of items) {
    if (body.byteLength >= movedBytes) continue;
    small.set(body, at);
    at += body.byteLength;
  }
  const transfer = [small.buffer, ...large.map(({ buffer }) => buffer as ArrayBuffer)];
  const heads = JSON.stringify(items.map(({ head }) => head));
  return { parcel: { ticket, heads, lengths, small: small.buffer, large }, transfer };
}

export function unpack<Head>({ heads, lengths, small, large }: Parcel): Item<Head>[] {
  let at = 0;
  let moved = 0;
  return (JSON.parse(heads) as Head[]).map((head, i) => {
    const length = lengths[i];
    if (length < 0) return { head, body: large[moved++] };
    const body = length === 0 ? nothing : new Uint8Array(small, at, length);
    at += length;
    return { head, body };
  });
}

/** Bytes in a buffer of their own: moving takes the whole buffer along, and small ones of Node share one that must stay. */
const movable = (bytes: Uint8Array): Uint8Array =>
  bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);

/** What the main thread and a worker share: which request of which batch the worker has begun last. */
export class Claims {
  readonly words: Int32Array<SharedArrayBuffer>;

  constructor(shared = new Int32Array(new SharedArrayBuffer(words.count * Int32Array.BYTES_PER_ELEMENT))) {
    this.words = shared;
  }

  // -- the main thread's side --

  /** A new batch, of which nothing is begun; its ticket. */
  offer(): number {
    const ticket = ((Atomics.load(this.words, words.claim) >> positionBits) + 1) % mostTickets;
    Atomics.store(this.words, words.claim, ticket << positionBits);
    return ticket;
  }

  /** How many of the batch the worker has begun. */
  begun(): number {
    return Atomics.load(this.words, words.claim) & mostInBatch;
  }

  /** Takes back what is not begun of the batch, which has another ticket from now on; that ticket. */
  revoke(ticket: number): number {
    for (;;) {
      const word = Atomics.load(this.words, words.claim);
      const changed = (ticket + 1) % mostTickets;
      const next = (changed << positionBits) | (word & mostInBatch);
      if (Atomics.compareExchange(this.words, words.claim, word, next) === word) return changed;
    }
  }

  /** The time limit that the request begun last has asked for, milliseconds; 0 for none. */
  timeoutMs(): number {
    return Atomics.load(this.words, words.timeoutMs);
  }

  // -- the worker's side --

  /** Begins the request at this position of the batch; false where it was taken back. */
  claim(ticket: number, position: number): boolean {
    const word = (ticket << positionBits) | position;
    // First, so that nobody takes the last request's limit for this one's.
    Atomics.store(this.words, words.timeoutMs, 0);
    return Atomics.compareExchange(this.words, words.claim, word, word + 1) === word;
  }

  limitTime(timeoutMs: number): void {
    Atomics.store(this.words, words.timeoutMs, Math.min(timeoutMs, 2 ** 31 - 1));
  }
}
