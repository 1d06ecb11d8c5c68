// A worker thread's side of the link: takes batches of requests, runs them one after the other, and hands the outcomes back.

import { parentPort, workerData } from 'node:worker_threads';
import type { LinkMemory } from './link.ts';
import { Box, Claims, movable, movedBytes } from './link.ts';
import type { Outcome, Task } from './messages.ts';

/** Outcomes wait at most so long for others before the main thread is woken. */
const holdMs = 1;

/** What a task is without its bytes. */
export type TaskHead = Omit<Task, 'body'>;

type WithoutBody<O> = O extends Outcome ? Omit<O, 'body'> : never;

/** What an outcome is without its bytes, and how long the worker was at it, milliseconds. */
export type OutcomeHead = WithoutBody<Outcome> & { readonly ms: number };

/** The main thread's call to a worker: so many requests are in the box. */
export interface Batch {
  readonly ticket: number;
  readonly count: number;
  /** The body of the one that has none in the box. */
  readonly moved: Uint8Array | null;
}

/** What a worker tells the main thread; outcomes that are not too large for it are in the box. */
export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'outcomes' }
  | { readonly kind: 'large'; readonly position: number; readonly head: OutcomeHead; readonly body: Uint8Array };

/** What a thread starts with beside its setup. */
export interface LinkSetup {
  readonly link: LinkMemory;
}

/** Handles a task; `limitTime` says, as soon as it is known, how long the request allows itself. */
export type Handler = (task: Task, limitTime: (ms: number) => void) => Outcome | Promise<Outcome>;

/**
 * Tells that the worker is ready, and serves until the thread is ended. What a handler throws ends the thread. The body of a
 * task is the handler's until it is done. `rest` is called when a batch is done, and its outcomes are on their way.
 */
export function serve(handler: Handler, rest: () => void = () => {}): void {
  const port = parentPort!;
  const { link } = workerData as LinkSetup;
  const claims = new Claims(link.claims);
  const requests = new Box<TaskHead>(link.requests);
  const outcomes = new Box<OutcomeHead>(link.outcomes);
  const limitTime = (ms: number): void => claims.limitTime(ms);
  const say = (message: FromWorker, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);

  port.on('message', (batch: Batch) => void run(batch));
  say({ kind: 'ready' });

  async function run({ ticket, count, moved }: Batch): Promise<void> {
    requests.rewind();
    outcomes.clear();
    let untold = 0;
    let since = performance.now();
    for (let i = 0; i < count; i++) {
      if (!claims.claim(ticket, i)) break;
      const { head, body } = requests.take()!;
      const task = { ...head, body: body ?? moved! };
      const started = performance.now();
      const outcome = await handler(task, limitTime);
      const ended = performance.now();
      tell(i, parted(outcome, task.body, ended - started));
      untold++;
      if (ended - since > holdMs) {
        say({ kind: 'outcomes' });
        untold = 0;
        since = ended;
      }
    }
    if (untold > 0) say({ kind: 'outcomes' });
    rest();
  }

  function tell(position: number, { head, body }: { readonly head: OutcomeHead; readonly body: Uint8Array }): void {
    if (body.byteLength < movedBytes && outcomes.put({ position, head, body })) return;
    // The head may be what is large.
    const own = movable(body);
    say({ kind: 'large', position, head, body: own }, own.byteLength === 0 ? [] : [own.buffer]);
  }
}

const nothing = new Uint8Array(0);

function parted(outcome: Outcome, given: Uint8Array, ms: number): { head: OutcomeHead; body: Uint8Array } {
  if (outcome.kind === 'answer') {
    const { body, ...rest } = outcome;
    return { head: { ...rest, ms }, body };
  }
  // A body that moved goes back, to be sent again.
  return { head: { ...outcome, ms }, body: outcome.kind === 'heavy' && given.length >= movedBytes ? given : nothing };
}
