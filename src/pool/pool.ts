// The worker threads: a fixed crew behind a bounded, fair queue, with deadlines, cancelling and replacement.

import { isAscii } from 'node:buffer';
import type { HostState } from '../../routes/endpoint.ts';
import { RequestError } from '../../routes/errors.ts';
import type { Likeness } from './estimate.ts';
import { Estimates, heavyFlops, heavyMs, lightMs, likenessOf, msOfFlops } from './estimate.ts';
import { WorkerFault } from './fault.ts';
import { movedBytes } from './link.ts';
import type { PoolStats } from './counts.ts';
import type { Job, Measured, WorkerSetup } from './messages.ts';
import type { Ending, PoolObserver, Trail, Turning } from './observer.ts';
import type { Waiting } from './queue.ts';
import { FairQueue } from './queue.ts';
import type { OutcomeHead, TaskHead } from './serve.ts';
import { startSharing } from './sharing.ts';
import { startTeam } from './team.ts';
import { Thread } from './thread.ts';

export interface PoolOptions {
  /** The file that runs in each thread. */
  readonly worker: URL;
  readonly workers: number;
  /** Threads beside the workers that take no heavy work; none where it is absent. */
  readonly expressWorkers?: number;
  /** Requests that may wait. */
  readonly queueLimit: number;
  /** Bytes of their bodies; a request alone is never too large. */
  readonly queueBytes?: number;
  /** The longest that a request should have to wait: where it would be longer, it is refused. */
  readonly queueMs?: number;
  readonly timeoutMs: number;
  readonly maxTimeoutMs: number;
  readonly workerMemoryMb: number;
  /** Threads that help workers with large work; none where it is absent. */
  readonly teamThreads?: number;
  readonly setup: WorkerSetup;
  /** The folder of Node's compile cache. */
  readonly compileCache?: string;
  readonly log: PoolLog;
  /** Is told what happens, for the operator's metrics. */
  readonly observer?: PoolObserver;
  /** A dead worker cannot be replaced: the process had better end, and be started anew. */
  readonly onBroken: () => void;
}

/** What a pool has to say to the operator. */
export interface PoolLog {
  error(details: object, message: string): void;
  warn(details: object, message: string): void;
}

export interface Answered {
  readonly type: string;
  readonly body: Uint8Array | string;
}

export interface Submission {
  /** Rejects with a RequestError. */
  readonly answer: Promise<Answered>;
  /** Nobody waits for the answer any more. */
  cancel(): void;
  /** Absent where the request was refused at once. */
  readonly trail?: Trail;
}

export interface Pool {
  /** Resolves once every worker is warm. */
  start(): Promise<void>;
  submit(job: Job): Submission;
  /** Why a request of such a caller and size would be refused, whatever it holds; undefined where it may be let in. */
  refusal(caller: string, bytes: number): RequestError | undefined;
  state(): HostState;
  /** How plans and their code fare; read at any time, at no cost to the workers. */
  stats(): PoolStats;
  /** Takes no more work; what is running or waiting goes on. */
  stop(): void;
  /** Ends every worker; whatever is left is answered that the server stops. */
  destroy(): Promise<void>;
}

/**
 * A computation whose client has gone may end by itself within this time: a new worker costs more than most requests
 * do, and a client that connects and leaves must not be able to keep the workers starting.
 */
const cancelGraceMs = 100;

/** The most that a Retry-After says, seconds: what waits longer than that, nobody knows. */
const mostRetryAfter = 60;

/** How often to look for what has run out of time: deadlines are met to this. */
const lookMs = 10;

/** Light work that a worker is sent at once: with more than this, the rest goes to the next. */
const batchMs = 0.5;
const mostInBatch = 64;

/** A request that nobody knows the end of yet. */
interface Entry extends Waiting, Trail {
  readonly job: Job;
  readonly likeness: Likeness;
  /** The body; a large one is elsewhere while it runs. */
  body: Uint8Array;
  /** Whether requests like it have come before. */
  known: boolean;
  costMs: number;
  heavy: boolean;
  readonly resolve: (answer: Answered) => void;
  readonly reject: (error: RequestError) => void;
  state: 'waiting' | 'running' | 'settled';
  /** When a worker was sent it, and when it was seen to run. */
  sent: number;
  settled: number;
  measured: Measured | undefined;
  seen: number | undefined;
  /** When its client went away, while it ran. */
  gone: number | undefined;
  timeoutMs: number;
}

export function createPool(options: PoolOptions): Pool {
  const { workers: size, expressWorkers = 0, queueLimit, queueBytes = Infinity, queueMs = Infinity } = options;
  const { log, observer } = options;
  let phase: HostState['phase'] = 'starting';
  let closing = false;
  let numbered = 0;
  const queue = new FairQueue<Entry>();
  const estimates = new Estimates();
  const regular = new Set<Thread<Entry>>();
  const express = new Set<Thread<Entry>>();
  const starting = Promise.withResolvers<void>();
  // Whoever starts the pool hears of it.
  starting.promise.catch(() => {});

  // Nothing of the operator's environment is a thread's business. Compiled code is kept on disk where there is room: a
  // worker that replaces another is ready three times as soon.
  const env: Readonly<Record<string, string>> =
    options.compileCache === undefined ? {} : { NODE_COMPILE_CACHE: options.compileCache };
  const helpers = options.teamThreads ?? 0;
  const team = helpers === 0 ? undefined : startTeam({ helpers, env, log });
  // Threads that end and those that take their place are there together for a moment.
  const most = 2 * (size + expressWorkers) + 8;
  const sharing = startSharing({ threads: most, maxCodeBytes: options.setup.planCacheBytes, log });
  for (let i = 0; i < size; i++) startThread(regular);

  // -- threads --

  function startThread(crew: Set<Thread<Entry>>, replacing = false): void {
    const thread = new Thread<Entry>(
      {
        file: options.worker,
        workerData: { ...options.setup, sharing: sharing.setup, ...(team !== undefined && { team: team.setup }) },
        env,
        heapMb: options.workerMemoryMb,
      },
      { ready: () => welcome(replacing), outcome: take, free: dispatch, ended },
    );
    crew.add(thread);
    // These must know of a worker's end: not that it was told to end, but that its thread runs no more.
    thread.onExit((threadId) => {
      team?.ended(threadId);
      sharing.ended(threadId);
    });
  }

  const ready = (): number => count(regular, (thread) => thread.ready);
  const busy = (): number => count(regular, (thread) => !thread.idle);
  const noteBusy = (): void => team?.busy(busy());

  function welcome(replacing: boolean): void {
    if (replacing) observer?.workerReplaced();
    if (phase === 'starting' && ready() === size) {
      phase = 'ready';
      starting.resolve();
      // These may be a little late: until then heavy work could hold up light work.
      for (let i = 0; i < expressWorkers; i++) startThread(express);
    }
    dispatch();
  }

  function ended(thread: Thread<Entry>, error: unknown, left: Entry | undefined, others: readonly Entry[]): void {
    const ending: Ending =
      (error as NodeJS.ErrnoException | null)?.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'out_of_memory' : 'crash';
    observer?.workerEnded(ending);
    if (left === undefined) log.error({ err: error }, 'a worker died between requests');
    else settle(left, died(left, ending, error));
    giveBack(others);
    if (thread.couldStart) replace(thread);
    else if (phase === 'starting') starting.reject(error);
    else if (!closing) options.onBroken();
  }

  function replace(thread: Thread<Entry>): void {
    for (const crew of [regular, express]) if (crew.delete(thread) && !closing) startThread(crew, true);
    noteBusy();
  }

  /**
   * A request whose worker died is answered, not tried again: it is a pure function of its bytes, so what killed one
   * worker would kill the next.
   */
  function died(entry: Entry, ending: Ending, error: unknown): RequestError {
    log.error({ err: error, endpoint: entry.job.endpoint }, 'a worker died during a request');
    if (ending === 'out_of_memory') {
      const message = `The request needs more than the ${options.workerMemoryMb} MB of memory that a worker has.`;
      return new RequestError('E_LIMIT', [{ message }]);
    }
    return new WorkerFault(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }

  /** What a thread was sent and did not do waits again, before all others. */
  function giveBack(entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (entry.state !== 'running') continue;
      // A large body went with the thread.
      if (entry.bytes > 0 && entry.body.byteLength === 0)
        settle(entry, busyWith('worker_ended', 'The worker ended before it began.'));
      else if (entry.gone !== undefined) settle(entry, clientGone());
      else {
        entry.state = 'waiting';
        entry.seen = undefined;
        queue.giveBack(entry);
      }
    }
    schedule();
  }

  // -- what waits --

  function submit(job: Job): Submission {
    if (phase === 'stopping') return refused(stopping());
    const likeness = likenessOf(job);
    const { ms, known } = estimates.of(likeness);
    const heavy = known && ms >= heavyMs;
    const { caller = '', body } = job;
    const refusal = full(caller, body.byteLength, heavy);
    if (refusal instanceof RequestError) return refused(refusal);
    if (refusal !== undefined) settle(refusal, crowded());
    const { promise, resolve, reject } = Promise.withResolvers<Answered>();
    const entry: Entry = {
      job,
      likeness,
      body,
      caller,
      bytes: body.byteLength,
      number: numbered++,
      costMs: ms,
      known,
      heavy,
      arrived: performance.now(),
      resolve,
      reject,
      state: 'waiting',
      sent: 0,
      settled: 0,
      measured: undefined,
      seen: undefined,
      gone: undefined,
      timeoutMs: options.timeoutMs,
    };
    queue.add(entry);
    schedule();
    return { answer: promise, cancel: () => cancel(entry), trail: entry };
  }

  const refused = (reason: RequestError): Submission => ({ answer: Promise.reject(reason), cancel() {} });

  /**
   * Why a request of so many bytes cannot wait, if it cannot; or, in a full queue, whose place it may take: the last of a
   * caller with more.
   */
  function full(caller: string, bytes: number, heavy: boolean): RequestError | Entry | undefined {
    if (queue.size > 0 && queue.bytes + bytes > queueBytes) {
      return busyWith(
        'full',
        `The queue is full: ${queue.size} requests of ${queue.bytes} bytes wait for ${size} workers.`,
      );
    }
    const wait = queue.waitMs(caller, heavy) / size;
    if (wait > queueMs) {
      return busyWith(
        'long',
        `The queue is full: the request would wait ${Math.round(wait)} ms, more than ${queueMs}.`,
        wait,
      );
    }
    const idle = phase === 'starting' ? 0 : count(regular, (thread) => thread.ready && thread.idle);
    return queue.size < queueLimit + idle ? undefined : (queue.longest(caller) ?? crowded());
  }

  const crowded = (): RequestError =>
    busyWith('full', `The queue is full: ${queue.size} requests wait for ${size} workers.`);

  /** A 503 that says when what waits now will be done: `waitMs` where it is known better than as all of it. */
  function busyWith(cause: Turning, message: string, waitMs = (queue.ms + remainingMs()) / size): RequestError {
    observer?.turnedAway(cause);
    const retryAfter = Math.min(mostRetryAfter, Math.max(1, Math.ceil(waitMs / 1000)));
    return new RequestError('E_BUSY', [{ message }], { retryAfter });
  }

  /** What is left of the work that runs, as far as is known, milliseconds of one worker. */
  function remainingMs(): number {
    const now = performance.now();
    let sum = 0;
    for (const thread of regular) if (!thread.idle) sum += Math.max(0, thread.sent + thread.costMs - now);
    return sum;
  }

  // -- what runs --

  let scheduled = false;
  /** Once what has arrived with it is read too: many requests then travel in one message. */
  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      dispatch();
    });
  }

  function dispatch(): void {
    if (phase === 'starting') return;
    for (const thread of regular) {
      if (queue.size === 0 || littleWaits()) break;
      if (thread.ready && thread.idle) give(thread, true);
    }
    if (queue.size > 0 && regularsAreLong()) {
      for (const thread of express) if (thread.ready && thread.idle) give(thread, false);
    }
    noteBusy();
    keepLooking();
  }

  /**
   * Whether what waits is so little that it had better wait for a worker that is at light work too: waking another takes
   * longer than that worker will.
   */
  function littleWaits(): boolean {
    if (queue.ms >= batchMs) return false;
    const since = performance.now() - batchMs;
    for (const thread of regular) if (!thread.idle && thread.costMs <= lightMs && thread.sent >= since) return true;
    return false;
  }

  /** Whether no regular worker will be free in a moment. */
  function regularsAreLong(): boolean {
    const now = performance.now();
    for (const thread of regular) {
      if (thread.ready && (thread.idle || (thread.costMs <= lightMs && now - thread.sent <= lightMs))) return false;
    }
    return true;
  }

  /** Sends a thread what is next: one request, or several that are known to be light. */
  function give(thread: Thread<Entry>, heavyToo: boolean): void {
    const now = performance.now();
    const batch: Entry[] = [];
    let sum = 0;
    while (batch.length < mostInBatch && sum < batchMs) {
      const entry = queue.take(heavyToo);
      if (entry === undefined) break;
      const left = entry.arrived + entry.timeoutMs - now;
      if (left <= 0 || lostTime(entry, left)) {
        settle(entry, left <= 0 ? tooLate(entry) : wouldBeLate(entry));
        continue;
      }
      const light = entry.known && entry.costMs <= lightMs && entry.bytes < movedBytes;
      if (!light && batch.length > 0) {
        queue.giveBack(entry);
        break;
      }
      batch.push(entry);
      sum += entry.costMs;
      if (!light) break;
    }
    if (batch.length === 0) return;
    for (const entry of batch) {
      entry.state = 'running';
      entry.sent = now;
    }
    thread.sent = now;
    thread.costMs = sum;
    const count = thread.send(batch.map((entry) => ({ entry, head: headOf(entry, now, heavyToo), body: entry.body })));
    giveBack(batch.slice(count));
  }

  /** Whether it could have been done in its time, had it not waited. What is thought to take longer altogether is tried: it may not. */
  const lostTime = ({ known, costMs, timeoutMs }: Entry, left: number): boolean =>
    known && left <= costMs && costMs < timeoutMs;

  function headOf({ job, number, arrived }: Entry, now: number, heavyToo: boolean): TaskHead {
    const { endpoint, coding } = job;
    const head = { endpoint, coding, job: number, waited: now - arrived };
    return heavyToo ? head : { ...head, mostFlops: heavyFlops };
  }

  function take(entry: Entry, head: OutcomeHead, body: Uint8Array): void {
    observer?.workerBusy(head.ms);
    if (head.kind === 'heavy') return becomeHeavy(entry, head.flops, body);
    queue.correct(entry.caller, head.ms - entry.costMs);
    entry.measured = head.measured;
    // What was refused says nothing of those that are not.
    if (head.kind === 'answer') estimates.learn(entry.likeness, head.ms);
    switch (head.kind) {
      case 'answer':
        return settle(entry, { type: head.type, body: kept(body) });
      case 'refused':
        return settle(entry, new RequestError(head.code, head.issues));
      case 'late':
        entry.timeoutMs = head.timeout_ms;
        return settle(entry, tooLate(entry));
      case 'bug':
        return settle(entry, new WorkerFault(head.error));
    }
  }

  /** It was tried where heavy work is not done: it waits for another worker. */
  function becomeHeavy(entry: Entry, flops: number, body: Uint8Array): void {
    if (entry.state !== 'running') return;
    queue.correct(entry.caller, -entry.costMs);
    if (entry.gone !== undefined) return settle(entry, clientGone());
    // A large one was moved there and back.
    if (entry.body.byteLength === 0) entry.body = body;
    entry.costMs = msOfFlops(flops);
    entry.known = true;
    entry.heavy = true;
    entry.seen = undefined;
    entry.state = 'waiting';
    queue.add(entry);
    schedule();
  }

  function settle(entry: Entry, result: Answered | RequestError): void {
    if (entry.state === 'settled') return;
    if (entry.state === 'waiting') queue.remove(entry);
    entry.state = 'settled';
    entry.settled = performance.now();
    if (result instanceof RequestError) entry.reject(result);
    else entry.resolve(result);
  }

  // -- what takes too long --

  let looking: NodeJS.Timeout | undefined;
  /** Looks as long as anything waits or runs. */
  function keepLooking(): void {
    if (looking !== undefined) return;
    looking = setInterval(() => {
      lookAround();
      if (queue.size > 0 || threads().some((thread) => !thread.idle)) return;
      clearInterval(looking);
      looking = undefined;
    }, lookMs);
  }

  const threads = (): Thread<Entry>[] => [...regular, ...express];

  function lookAround(): void {
    const now = performance.now();
    for (const thread of threads()) lookAt(thread, now);
    for (const entry of queue.items()) if (now >= entry.arrived + entry.timeoutMs) settle(entry, tooLate(entry));
    dispatch();
  }

  function lookAt(thread: Thread<Entry>, now: number): void {
    thread.drain();
    const current = thread.current();
    if (current === undefined) return;
    const { entry, timeoutMs } = current;
    if (timeoutMs > 0) entry.timeoutMs = Math.min(timeoutMs, options.maxTimeoutMs);
    if (entry.seen === undefined) {
      entry.seen = now;
      return;
    }
    // It is longer at it than a whole batch should take: the others need not wait for it.
    giveBack(thread.takeBack());
    if (entry.state === 'settled') return;
    if (entry.gone !== undefined && now >= entry.gone + cancelGraceMs) kill(thread, clientGone());
    else if (now >= entry.arrived + entry.timeoutMs) kill(thread, overTime(entry));
    else if (now - entry.seen >= heavyMs && entry.costMs < heavyMs) {
      // Requests like it, which may wait already, are heavy too.
      queue.correct(entry.caller, heavyMs - entry.costMs);
      entry.costMs = heavyMs;
      estimates.learn(entry.likeness, heavyMs);
    }
  }

  /** Ends a thread in the middle of a request, which is answered so. */
  function kill(thread: Thread<Entry>, reason: RequestError): void {
    const { left, others } = thread.kill();
    observer?.workerEnded(endingOf[reason.code] ?? 'stopping');
    if (left !== undefined) {
      observer?.workerBusy(performance.now() - (left.seen ?? left.sent));
      team?.cancel(left.number);
      settle(left, reason);
    }
    giveBack(others);
    // The answer goes out first: to start a thread takes a while.
    setImmediate(() => replace(thread));
  }

  function cancel(entry: Entry): void {
    if (entry.state === 'waiting') settle(entry, clientGone());
    else if (entry.state === 'running') entry.gone = performance.now();
  }

  const clientGone = (): RequestError =>
    new RequestError('E_CLIENT_GONE', [{ message: 'The client closed the connection.' }]);
  const stopping = (): RequestError =>
    new RequestError('E_STOPPING', [{ message: 'The server is stopping: it takes no more work.' }], { retryAfter: 1 });
  const tooLate = ({ timeoutMs }: Entry): RequestError =>
    busyWith('waited', `No worker was free for ${timeoutMs} ms, the time limit of the request.`);
  const wouldBeLate = ({ timeoutMs, costMs }: Entry): RequestError =>
    busyWith(
      'late',
      `No worker was free in time: of the time limit of ${timeoutMs} ms less is left than the ${Math.ceil(costMs)} ms ` +
        'that requests like this take.',
    );

  function overTime({ timeoutMs, sent, arrived }: Entry): RequestError {
    const waited = Math.round(sent - arrived);
    const queued = waited < 1 ? '' : ` (${waited} ms of them in the queue)`;
    return new RequestError('E_DEADLINE', [
      {
        message: `The time limit of ${timeoutMs} ms passed${queued}, and the computation was stopped.`,
        hint: `"timeout_ms" may ask for up to ${options.maxTimeoutMs}.`,
      },
    ]);
  }

  return {
    start: () => starting.promise,
    submit,
    refusal(caller, bytes) {
      if (phase === 'stopping') return undefined;
      const reason = full(caller, bytes, false);
      return reason instanceof RequestError ? reason : undefined;
    },
    state: () => ({
      phase,
      workers: { size, ready: phase === 'starting' ? 0 : ready(), busy: busy() },
      queue: { length: queue.size, limit: queueLimit },
    }),
    stats: () => ({
      ...sharing.stats(),
      threads: {
        size: regular.size + express.size,
        ready: count(threads(), (thread) => thread.ready),
        busy: count(threads(), (thread) => thread.ready && !thread.idle),
      },
    }),
    stop() {
      phase = 'stopping';
    },
    async destroy() {
      phase = 'stopping';
      closing = true;
      clearInterval(looking);
      for (const entry of queue.items()) settle(entry, stopping());
      const all = threads();
      const closed = all.map((thread) => thread.close());
      for (const thread of all) {
        const { left, others } = thread.kill();
        if (left !== undefined) observer?.workerEnded('stopping');
        for (const entry of [...(left === undefined ? [] : [left]), ...others]) settle(entry, stopping());
      }
      await Promise.all(closed);
      await team?.close();
      sharing.close();
    },
  };
}

/** Why the pool ends a worker, by the answer that its request gets. */
const endingOf: Readonly<Record<string, Ending>> = { E_DEADLINE: 'deadline', E_CLIENT_GONE: 'client_gone' };
/**
 * What stays of an answer when its box is used again. Small ones are text as a rule: a socket writes it with its head in one
 * go, at two thirds of the cost of two pieces, and it is no buffer to collect.
 */
function kept(body: Uint8Array): Uint8Array | string {
  const { buffer, byteOffset, byteLength } = body;
  if (!(buffer instanceof SharedArrayBuffer)) return body;
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  return isAscii(bytes) ? bytes.toString('latin1') : Buffer.from(bytes);
}

function count<T>(items: Iterable<T>, is: (item: T) => boolean): number {
  let n = 0;
  for (const item of items) if (is(item)) n++;
  return n;
}
