// How requests and answers travel between the main thread and a worker: through memory that both share, many at a time.
//
// Waking a thread costs more than a tiny request does, and so does the garbage of a buffer for each. So the main thread
// writes a batch of requests into a box, wakes the worker once, and reads the outcomes from another box, even while the
// worker is at the next request. What was sent but not begun can be taken back: a worker claims each request by
// compare-and-exchange on a word, and loses the rest of a batch whose ticket has changed. A request that takes longer than
// expected thus holds nobody up, and when a worker dies it is known which request it was at.

/** Words that the threads share beside the boxes. */
const words = { claim: 0, timeoutMs: 1, count: 2 } as const;

/** The claim word is a ticket, which changes with each batch, and how many of the batch the worker has begun. */
const positionBits = 10;
const mostInBatch = 2 ** positionBits - 1;
const mostTickets = 2 ** (31 - positionBits);

/** Bodies at least so large move from thread to thread in a message of their own, rather than being copied. */
export const movedBytes = 32 * 1024;
const boxBytes = 8 * movedBytes;

/** What a worker needs to have of the main thread. */
export interface LinkMemory {
  readonly claims: Int32Array<SharedArrayBuffer>;
  readonly requests: SharedArrayBuffer;
  readonly outcomes: SharedArrayBuffer;
}

export function createLinkMemory(): LinkMemory {
  return {
    claims: new Int32Array(new SharedArrayBuffer(words.count * Int32Array.BYTES_PER_ELEMENT)),
    requests: new SharedArrayBuffer(boxBytes),
    outcomes: new SharedArrayBuffer(boxBytes),
  };
}

/** One of a batch: plain data, and bytes. */
export interface Item<Head> {
  /** Which of the batch. */
  readonly position: number;
  readonly head: Head;
  /** In the box, where the next batch will be: whoever keeps it copies it. Null where it moves in a message. */
  readonly body: Uint8Array | null;
}

/** Where items begin: behind the word that says where they end. */
const start = 8;
/** Before each item: its position, and the lengths of its head and body; a body that moves has the length -1. */
const lead = 12;

/** A one-way box: one thread puts items in, another takes them out, in order and while more are put in. */
export class Box<Head> {
  readonly #bytes: Buffer;
  readonly #end: Int32Array;
  readonly #words: DataView;
  /** How far this thread has written or read. */
  #at = start;

  constructor(memory: SharedArrayBuffer) {
    this.#bytes = Buffer.from(memory);
    this.#end = new Int32Array(memory, 0, 1);
    this.#words = new DataView(memory);
  }

  /** Empties it for the next batch; the writer does, when all has been read. */
  clear(): void {
    this.#at = start;
    Atomics.store(this.#end, 0, start);
  }

  /** The reader's part of it. */
  rewind(): void {
    this.#at = start;
  }

  /** Puts an item in; false where there is no room for it. */
  put({ position, head, body }: Item<Head>): boolean {
    // JSON: half of what cloning an object takes.
    const text = JSON.stringify(head);
    // UTF-8 takes at most three bytes for a UTF-16 unit.
    if (this.#at + lead + 3 * text.length + (body?.byteLength ?? 0) > this.#bytes.byteLength) return false;
    const length = this.#bytes.write(text, this.#at + lead);
    this.#words.setInt32(this.#at, position);
    this.#words.setInt32(this.#at + 4, length);
    this.#words.setInt32(this.#at + 8, body === null ? -1 : body.byteLength);
    this.#at += lead + length;
    if (body !== null) {
      this.#bytes.set(body, this.#at);
      this.#at += body.byteLength;
    }
    Atomics.store(this.#end, 0, this.#at);
    return true;
  }

  /** The next item; undefined where there is none yet. */
  take(): Item<Head> | undefined {
    if (this.#at >= Atomics.load(this.#end, 0)) return undefined;
    const position = this.#words.getInt32(this.#at);
    const headEnd = this.#at + lead + this.#words.getInt32(this.#at + 4);
    const length = this.#words.getInt32(this.#at + 8);
    const head = JSON.parse(this.#bytes.toString('utf8', this.#at + lead, headEnd)) as Head;
    this.#at = headEnd + Math.max(0, length);
    return { position, head, body: length < 0 ? null : this.#bytes.subarray(headEnd, this.#at) };
  }
}

/** Bytes in a buffer of their own: moving takes the whole buffer along, and small ones of Node share one that must stay. */
export const movable = (bytes: Uint8Array): Uint8Array<ArrayBuffer> =>
  bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength
    ? (bytes as Uint8Array<ArrayBuffer>)
    : new Uint8Array(bytes);

/** Which request of which batch the worker has begun last. */
export class Claims {
  readonly #words: Int32Array<SharedArrayBuffer>;

  constructor(shared: Int32Array<SharedArrayBuffer>) {
    this.#words = shared;
  }

  // -- the main thread's side --

  /** A new batch, of which nothing is begun; its ticket. */
  offer(): number {
    const ticket = ((Atomics.load(this.#words, words.claim) >> positionBits) + 1) % mostTickets;
    Atomics.store(this.#words, words.claim, ticket << positionBits);
    return ticket;
  }

  /** How many of the batch the worker has begun. */
  begun(): number {
    return Atomics.load(this.#words, words.claim) & mostInBatch;
  }

  /** Takes back what is not begun of the batch, which has another ticket from now on; that ticket. */
  revoke(ticket: number): number {
    for (;;) {
      const word = Atomics.load(this.#words, words.claim);
      const changed = (ticket + 1) % mostTickets;
      const next = (changed << positionBits) | (word & mostInBatch);
      if (Atomics.compareExchange(this.#words, words.claim, word, next) === word) return changed;
    }
  }

  /** The time limit that the request begun last has asked for, milliseconds; 0 for none. */
  timeoutMs(): number {
    return Atomics.load(this.#words, words.timeoutMs);
  }

  // -- the worker's side --

  /** Begins the request at this position of the batch; false where it was taken back. */
  claim(ticket: number, position: number): boolean {
    const word = (ticket << positionBits) | position;
    // First, so that nobody takes the last request's limit for this one's.
    Atomics.store(this.#words, words.timeoutMs, 0);
    return Atomics.compareExchange(this.#words, words.claim, word, word + 1) === word;
  }

  limitTime(timeoutMs: number): void {
    Atomics.store(this.#words, words.timeoutMs, Math.min(timeoutMs, 2 ** 31 - 1));
  }
}
