// One worker thread as the main thread sees it: what was sent to it, what came back, and its end.

import { Worker } from 'node:worker_threads';
import type { LinkMemory } from './link.ts';
import { Box, Claims, createLinkMemory, movable, movedBytes } from './link.ts';
import type { Batch, FromWorker, LinkSetup, OutcomeHead, TaskHead } from './serve.ts';

export interface ThreadOptions {
  /** The file that runs in the thread. */
  readonly file: URL;
  readonly workerData: object;
  readonly env: Readonly<Record<string, string>>;
  /** JavaScript heap, in MB. */
  readonly heapMb: number;
}

export interface ThreadEvents<Entry> {
  /** It is warm. */
  ready(): void;
  /** What became of a request. The body may be where the next batch will be. */
  outcome(entry: Entry, head: OutcomeHead, body: Uint8Array): void;
  /** Everything that it was sent is done or taken back. */
  free(): void;
  /** It ended by itself: of what, the request that it was at, and those that it had not done. */
  ended(thread: Thread<Entry>, error: unknown, left: Entry | undefined, others: readonly Entry[]): void;
}

/** A request for a thread. */
export interface Sent<Entry> {
  readonly entry: Entry;
  readonly head: TaskHead;
  readonly body: Uint8Array;
}

/** Graphs may be deep, and what walks them is recursive in places: room for 200,000 frames. Node's default is 4. */
const stackSizeMb = 64;
const nothing = new Uint8Array(0);

export class Thread<Entry> {
  readonly #worker: Worker;
  readonly #claims: Claims;
  readonly #requests: Box<TaskHead>;
  readonly #outcomes: Box<OutcomeHead>;
  readonly #events: ThreadEvents<Entry>;
  /** What it was sent last, without what was taken back; undefined where the outcome has come. */
  #batch: (Entry | undefined)[] = [];
  #ticket = 0;
  /** How many outcomes of the batch have come. */
  #done = 0;
  #error: unknown;
  #over = false;
  #warm = false;
  /** Since when it has what it has, and for how long it will be at it as far as is known, milliseconds. */
  sent = 0;
  costMs = 0;

  constructor({ file, workerData, env, heapMb }: ThreadOptions, events: ThreadEvents<Entry>) {
    this.#events = events;
    const link: LinkMemory = createLinkMemory();
    this.#claims = new Claims(link.claims);
    this.#requests = new Box(link.requests);
    this.#outcomes = new Box(link.outcomes);
    this.#worker = new Worker(file, {
      workerData: { ...workerData, link } satisfies LinkSetup,
      env,
      resourceLimits: { maxOldGenerationSizeMb: heapMb, stackSizeMb },
    });
    this.#worker.on('message', (message: FromWorker) => this.#receive(message));
    this.#worker.on('error', (error) => (this.#error = error));
    this.#worker.once('exit', (code) => this.#exit(code));
  }

  /** It is warm, and takes requests. */
  get ready(): boolean {
    return this.#warm && !this.#over;
  }

  /** It was warm once: another like it can start. */
  get couldStart(): boolean {
    return this.#warm;
  }

  /** Nothing is running in it or waiting there. */
  get idle(): boolean {
    return this.#batch.length === 0;
  }

  /** Calls once the thread runs no more, however it ended. */
  onExit(call: (threadId: number) => void): void {
    const { threadId } = this.#worker;
    this.#worker.once('exit', () => call(threadId));
  }

  /** Sends requests to an idle thread; they run in this order. Returns how many there was room for, at least one. */
  send(batch: readonly Sent<Entry>[]): number {
    this.#requests.clear();
    // Here too: a message about the last batch may still be on its way, and what is read then must not be its outcomes.
    this.#outcomes.clear();
    let moved: Uint8Array<ArrayBuffer> | null = null;
    let count = 0;
    for (const { head, body } of batch) {
      const moves = body.byteLength >= movedBytes;
      if (moves && moved !== null) break;
      if (!this.#requests.put({ position: count, head, body: moves ? null : body })) break;
      if (moves) moved = movable(body);
      count++;
    }
    this.#batch = batch.slice(0, count).map(({ entry }) => entry);
    this.#ticket = this.#claims.offer();
    this.#worker.postMessage(
      { ticket: this.#ticket, count, moved } satisfies Batch,
      moved === null ? [] : [moved.buffer],
    );
    return count;
  }

  /** Reads outcomes that the worker has not told of yet. With the last of a batch it is idle. */
  drain(): void {
    this.#drain();
    this.#restIfDone();
  }

  #drain(): void {
    for (let item = this.#outcomes.take(); item !== undefined; item = this.#outcomes.take()) {
      this.#outcome(item.position, item.head, item.body ?? nothing);
    }
  }

  /** What has begun last and is not done, and the time limit that it has asked for. */
  current(): { readonly entry: Entry; readonly timeoutMs: number } | undefined {
    if (this.idle) return undefined;
    const begun = this.#claims.begun();
    const timeoutMs = this.#claims.timeoutMs();
    // The limit may be that of another, if another has begun meanwhile.
    const still = this.#claims.begun() === begun;
    const entry = begun === 0 ? undefined : this.#batch[begun - 1];
    return entry === undefined ? undefined : { entry, timeoutMs: still ? timeoutMs : 0 };
  }

  /** Takes back what is not begun. */
  takeBack(): Entry[] {
    if (this.idle || this.#claims.begun() >= this.#batch.length) return [];
    this.#ticket = this.#claims.revoke(this.#ticket);
    const back = this.#batch.splice(this.#claims.begun()).filter((entry): entry is Entry => entry !== undefined);
    this.#restIfDone();
    return back;
  }

  /** Ends the thread at once; nothing more is heard of it. Returns what it was at, and what else it had not done. */
  kill(): { readonly left: Entry | undefined; readonly others: Entry[] } {
    const parted = this.#part();
    void this.#worker.terminate();
    return parted;
  }

  /** Ends the thread, and resolves when it runs no more. */
  async close(): Promise<void> {
    this.#over = true;
    await this.#worker.terminate();
  }

  #receive(message: FromWorker): void {
    if (this.#over) return;
    switch (message.kind) {
      case 'ready':
        this.#warm = true;
        return this.#events.ready();
      case 'large':
        this.#outcome(message.position, message.head, message.body);
        break;
      case 'outcomes':
        this.#drain();
        break;
    }
    this.#restIfDone();
  }

  #outcome(position: number, head: OutcomeHead, body: Uint8Array): void {
    const entry = this.#batch[position];
    if (entry === undefined) return;
    this.#batch[position] = undefined;
    this.#done++;
    this.#events.outcome(entry, head, body);
  }

  #restIfDone(): void {
    if (this.idle || this.#done < this.#batch.length) return;
    this.#batch = [];
    this.#done = 0;
    if (!this.#over) this.#events.free();
  }

  #exit(code: number): void {
    if (this.#over) return;
    const { left, others } = this.#part();
    this.#events.ended(this, this.#error ?? new Error(`the worker exited with code: ${code}`), left, others);
  }

  #part(): { readonly left: Entry | undefined; readonly others: Entry[] } {
    this.#over = true;
    this.#drain();
    const others = this.takeBack();
    const left = this.current()?.entry;
    // Outcomes may be lost that were too large for the box.
    others.unshift(...this.#batch.filter((entry): entry is Entry => entry !== undefined && entry !== left));
    this.#batch = [];
    return { left, others };
  }
}
