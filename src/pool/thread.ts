// One worker thread as the main thread sees it: what was sent to it, what came back, and its end.

import { Worker } from 'node:worker_threads';
import type { Item } from './link.ts';
import { Claims, pack, unpack } from './link.ts';
import type { FromWorker, LinkSetup, OutcomeHead, TaskHead } from './serve.ts';

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
  /** What became of a request. */
  outcome(entry: Entry, outcome: Item<OutcomeHead>): void;
  /** Everything that it was sent is done or taken back. */
  free(): void;
  /** It ended by itself: of what, the request that it was at, and those that it had not done. */
  ended(thread: Thread<Entry>, error: unknown, left: Entry | undefined, others: readonly Entry[]): void;
}

/** Graphs may be deep, and what walks them is recursive in places: room for 200,000 frames. Node's default is 4. */
const stackSizeMb = 64;

export class Thread<Entry> {
  readonly #worker: Worker;
  readonly #claims = new Claims();
  readonly #events: ThreadEvents<Entry>;
  /** What it was sent last. */
  #batch: Entry[] = [];
  #ticket = 0;
  /** All of the batch but what runs was taken back. */
  #takenBack = false;
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
    const link: LinkSetup = { claims: this.#claims.words };
    this.#worker = new Worker(file, {
      workerData: { ...workerData, ...link },
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

  /** Sends requests to an idle thread; they run in this order. */
  send(batch: readonly { readonly entry: Entry; readonly item: Item<TaskHead> }[]): void {
    this.#batch = batch.map(({ entry }) => entry);
    this.#ticket = this.#claims.offer();
    const { parcel, transfer } = pack(
      this.#ticket,
      batch.map(({ item }) => item),
    );
    this.#worker.postMessage(parcel, transfer);
  }

  /** What has begun last and is not known to be done, which of the batch it is, and the time limit that it has asked for. */
  current(): { readonly entry: Entry; readonly position: number; readonly timeoutMs: number } | undefined {
    const begun = this.#claims.begun();
    const timeoutMs = this.#claims.timeoutMs();
    if (this.idle || begun <= this.#done) return undefined;
    // The limit may be that of another, if another has begun meanwhile.
    const still = this.#claims.begun() === begun;
    return { entry: this.#batch[begun - 1], position: begun, timeoutMs: still ? timeoutMs : 0 };
  }

  /** How many were sent and not begun. */
  get behind(): number {
    return this.idle ? 0 : this.#batch.length - this.#claims.begun();
  }

  /**
   * Takes back all but what runs: what is not begun, and what is done but not told. Outcomes of the latter may still come.
   */
  takeBack(): Entry[] {
    if (this.#takenBack) return [];
    this.#takenBack = true;
    this.#ticket = this.#claims.revoke(this.#ticket);
    const begun = this.#claims.begun();
    const back = this.#batch.filter((_, i) => i >= this.#done && i !== begun - 1);
    this.#batch.length = begun;
    if (this.#done === begun) this.#rest();
    return back;
  }

  /** Ends the thread at once; nothing more is heard of it. Returns what it was at, and what else was left of the batch. */
  kill(): { readonly left: Entry | undefined; readonly others: Entry[] } {
    this.#over = true;
    void this.#worker.terminate();
    return this.#left();
  }

  /** Ends the thread, and resolves when it runs no more. */
  async close(): Promise<void> {
    this.#over = true;
    await this.#worker.terminate();
  }

  #receive(message: FromWorker): void {
    if (this.#over) return;
    if (message.kind === 'ready') {
      this.#warm = true;
      this.#events.ready();
      return;
    }
    for (const outcome of unpack<OutcomeHead>(message.parcel)) this.#events.outcome(this.#batch[this.#done++], outcome);
    if (this.#done === this.#batch.length) this.#rest();
  }

  #rest(): void {
    this.#batch = [];
    this.#done = 0;
    this.#takenBack = false;
    this.#events.free();
  }

  #exit(code: number): void {
    if (this.#over) return;
    this.#over = true;
    const { left, others } = this.#left();
    this.#events.ended(this, this.#error ?? new Error(`the worker exited with code: ${code}`), left, others);
  }

  #left(): { readonly left: Entry | undefined; readonly others: Entry[] } {
    const left = this.current()?.entry;
    const others = this.takeBack();
    this.#batch = [];
    return { left, others };
  }
}
