// A worker thread's side of the link: takes batches of requests, runs them one after the other, and posts the outcomes back.

import { parentPort, workerData } from 'node:worker_threads';
import type { Parcel } from './link.ts';
import { Claims, pack, unpack } from './link.ts';
import type { Outcome, Task } from './messages.ts';

/** Outcomes wait at most so long for others to travel with. */
const holdMs = 1;

/** What a task is without its bytes. */
export type TaskHead = Omit<Task, 'body'>;

/** What an outcome is without its bytes, and how long the worker was at it, milliseconds. */
export type OutcomeHead = Outcome extends infer O
  ? O extends Outcome
    ? Omit<O, 'body'> & { readonly ms: number }
    : never
  : never;

/** What a worker tells the main thread. */
export type FromWorker = { readonly kind: 'ready' } | { readonly kind: 'outcomes'; readonly parcel: Parcel };

/** What a thread starts with beside its setup. */
export interface LinkSetup {
  readonly claims: Int32Array<SharedArrayBuffer>;
}

/** Handles a task; `limitTime` says, as soon as it is known, how long the request allows itself. */
export type Handler = (task: Task, limitTime: (ms: number) => void) => Outcome | Promise<Outcome>;

/**
 * Tells that the worker is ready, and serves until the thread is ended. What a handler throws ends the thread. `rest` is
 * called when a batch is done, and its outcomes are on their way.
 */
export function serve(handler: Handler, rest: () => void = () => {}): void {
  const port = parentPort!;
  const claims = new Claims((workerData as LinkSetup).claims);
  const limitTime = (ms: number): void => claims.limitTime(ms);
  const say = (message: FromWorker, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);

  port.on('message', (parcel: Parcel) => void run(parcel));
  say({ kind: 'ready' });

  async function run(parcel: Parcel): Promise<void> {
    const { ticket } = parcel;
    let done: { head: OutcomeHead; body: Uint8Array }[] = [];
    let since = performance.now();
    const flush = (): void => {
      if (done.length === 0) return;
      const { parcel, transfer } = pack(ticket, done);
      say({ kind: 'outcomes', parcel }, transfer);
      done = [];
    };
    const items = unpack<TaskHead>(parcel);
    for (let i = 0; i < items.length; i++) {
      if (!claims.claim(ticket, i)) break;
      const { head, body } = items[i];
      const started = performance.now();
      const outcome = await handler({ ...head, body }, limitTime);
      const ended = performance.now();
      done.push(parted(outcome, body, ended - started));
      if (ended - since > holdMs) {
        flush();
        since = ended;
      }
    }
    flush();
    rest();
  }
}

const nothing = new Uint8Array(0);

function parted(outcome: Outcome, given: Uint8Array, ms: number): { head: OutcomeHead; body: Uint8Array } {
  if (outcome.kind === 'answer') {
    const { body, ...rest } = outcome;
    return { head: { ...rest, ms }, body };
  }
  // The body goes back to be sent again.
  return { head: { ...outcome, ms }, body: outcome.kind === 'heavy' ? given : nothing };
}
