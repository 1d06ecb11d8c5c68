// The worker threads: a fixed pool behind a bounded first-come queue, with deadlines, cancelling and replacement.
//
// Piscina keeps the threads, carries the messages and replaces what dies. The queue is ours: Piscina keeps tasks that
// can be aborted in a list that its maxQueue does not bound and that it does not serve in order (5.3.2).

import { EventEmitter } from 'node:events';
import type { Transferable, Worker } from 'node:worker_threads';
import { Piscina } from 'piscina';
import type { HostState } from '../../routes/endpoint.ts';
import { RequestError } from '../../routes/errors.ts';
import type { PoolStats } from './counts.ts';
import { startSharing } from './sharing.ts';
import { startTeam } from './team.ts';
import type { Job, Outcome, Task, TimeLimit, WorkerSetup } from './messages.ts';

export interface PoolOptions {
  /** The file that runs in each thread. */
  readonly worker: URL;
  readonly workers: number;
  readonly queueLimit: number;
  readonly timeoutMs: number;
  readonly maxTimeoutMs: number;
  readonly workerMemoryMb: number;
  /** Threads that help workers with large work; none where it is absent. */
  readonly teamThreads?: number;
  readonly setup: WorkerSetup;
  /** The folder of Node's compile cache. */
  readonly compileCache?: string;
  readonly log: PoolLog;
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
  readonly body: Uint8Array;
}

export interface Submission {
  /** Rejects with a RequestError. */
  readonly answer: Promise<Answered>;
  /** Nobody waits for the answer any more. */
  cancel(): void;
}

export interface Pool {
  /** Resolves once every worker is warm. */
  start(): Promise<void>;
  submit(job: Job): Submission;
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

/** Graphs may be deep, and what walks them is recursive in places: room for 200,000 frames. Node's default is 4. */
const stackSizeMb = 64;

interface Entry {
  readonly job: Job;
  readonly number: number;
  readonly arrived: number;
  readonly abort: EventEmitter;
  readonly resolve: (answer: Answered) => void;
  readonly reject: (error: RequestError) => void;
  state: 'waiting' | 'running' | 'settled';
  cancelled: boolean;
  started: number;
  timeoutMs: number;
  timer: NodeJS.Timeout | undefined;
}

export function createPool(options: PoolOptions): Pool {
  const { workers: size, queueLimit, log } = options;
  let phase: HostState['phase'] = 'starting';
  let numbered = 0;
  let ready = 0;
  /** What a run takes, in milliseconds: a moving average, from which Retry-After is guessed. */
  let typicalMs = 1;
  const waiting = new Set<Entry>();
  const running = new Map<number, Entry>();

  // Nothing of the operator's environment is a thread's business. Compiled code is kept on disk where there is room: a
  // worker that replaces another is ready three times as soon.
  const env: Readonly<Record<string, string>> =
    options.compileCache === undefined ? {} : { NODE_COMPILE_CACHE: options.compileCache };
  const helpers = options.teamThreads ?? 0;
  const team = helpers === 0 ? undefined : startTeam({ helpers, env, log });
  // Threads that end and those that take their place are there together for a moment.
  const sharing = startSharing({ threads: 2 * size + 8, maxCodeBytes: options.setup.planCacheBytes, log });
  const piscina = new Piscina<Task | null, Outcome>({
    filename: options.worker.href,
    minThreads: size,
    maxThreads: size,
    idleTimeout: Infinity,
    env,
    workerData: { ...options.setup, sharing: sharing.setup, ...(team !== undefined && { team: team.setup }) },
    resourceLimits: { maxOldGenerationSizeMb: options.workerMemoryMb, stackSizeMb },
    recordTiming: false,
  });
  const watched = new WeakSet<Worker>();
  /** The team must know of a worker's end: not that it was told to end, but that its thread runs no more. */
  function watchThreads(): void {
    for (const thread of piscina.threads) {
      if (watched.has(thread)) continue;
      watched.add(thread);
      const { threadId } = thread;
      thread.once('exit', () => {
        team?.ended(threadId);
        sharing.ended(threadId);
      });
    }
  }
  watchThreads();
  piscina.on('workerCreate', () => {
    ready++;
    dispatch();
  });
  piscina.on('workerDestroy', () => {
    ready--;
    // Piscina starts the next one at once, unless one has failed to start before: then it gives up, and says nothing.
    setImmediate(() => {
      watchThreads();
      if (phase === 'ready' && piscina.threads.length < size) options.onBroken();
    });
  });
  piscina.on('error', (error: Error) => log.error({ err: error }, 'a worker died between requests'));
  piscina.on('message', ({ job, timeout_ms }: TimeLimit) => {
    const entry = running.get(job);
    if (entry !== undefined && !entry.cancelled) limitTime(entry, Math.min(timeout_ms, options.maxTimeoutMs));
  });

  const retryAfter = () => Math.min(60, Math.max(1, Math.ceil((waiting.size / size) * (typicalMs / 1000))));
  const busy = (message: string) => new RequestError('E_BUSY', [{ message }], { retryAfter: retryAfter() });
  const tooLate = (ms: number) => busy(`No worker was free for ${ms} ms, the time limit of the request.`);
  const stopping = () =>
    new RequestError('E_STOPPING', [{ message: 'The server is stopping: it takes no more work.' }], { retryAfter: 1 });

  function submit(job: Job): Submission {
    if (phase === 'stopping') return { answer: Promise.reject(stopping()), cancel() {} };
    if (waiting.size >= queueLimit && !hasRoom()) {
      const message = `The queue is full: ${waiting.size} requests wait for ${size} workers.`;
      return { answer: Promise.reject(busy(message)), cancel() {} };
    }
    const { promise, resolve, reject } = Promise.withResolvers<Answered>();
    const entry: Entry = {
      job,
      number: numbered++,
      arrived: performance.now(),
      abort: new EventEmitter(),
      resolve,
      reject,
      state: 'waiting',
      cancelled: false,
      started: 0,
      timeoutMs: 0,
      timer: undefined,
    };
    limitTime(entry, options.timeoutMs);
    waiting.add(entry);
    dispatch();
    return { answer: promise, cancel: () => cancel(entry) };
  }

  /** A worker that is being replaced takes nothing: what it took would wait for it while others become free. */
  const hasRoom = () => phase !== 'starting' && running.size < ready;

  function dispatch(): void {
    for (const entry of waiting) {
      if (!hasRoom()) return;
      waiting.delete(entry);
      run(entry);
    }
  }

  function run(entry: Entry): void {
    entry.state = 'running';
    entry.started = performance.now();
    running.set(entry.number, entry);
    team?.busy(running.size);
    const { body } = entry.job;
    const moves = movable(body);
    const task: Task = {
      ...entry.job,
      job: entry.number,
      waited: entry.started - entry.arrived,
      body: moves ? body : new Uint8Array(body),
    };
    const transferList = moves ? [body.buffer as ArrayBuffer] : [];
    piscina.run(task, { signal: entry.abort, transferList: transferList satisfies Transferable[] }).then(
      (outcome) => finish(entry, outcome),
      (error: unknown) => {
        // One that was stopped has its answer already.
        if (entry.state === 'running') settle(entry, died(entry, error));
      },
    );
  }

  function finish(entry: Entry, outcome: Outcome): void {
    typicalMs += (performance.now() - entry.started - typicalMs) / 16;
    switch (outcome.kind) {
      case 'answer':
        return settle(entry, outcome);
      case 'refused':
        return settle(entry, new RequestError(outcome.code, outcome.issues));
      case 'late':
        return settle(entry, tooLate(outcome.timeout_ms));
      case 'bug':
        return settle(entry, new WorkerFault(outcome.error));
    }
  }

  /**
   * A request whose worker died is answered, not tried again: it is a pure function of its bytes, so what killed one
   * worker would kill the next.
   */
  function died(entry: Entry, error: unknown): RequestError {
    const code = (error as NodeJS.ErrnoException | null)?.code;
    log.error({ err: error, endpoint: entry.job.endpoint }, 'a worker died during a request');
    if (code === 'ERR_WORKER_OUT_OF_MEMORY') {
      const message = `The request needs more than the ${options.workerMemoryMb} MB of memory that a worker has.`;
      return new RequestError('E_LIMIT', [{ message }]);
    }
    return new WorkerFault(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }

  function settle(entry: Entry, result: Answered | RequestError): void {
    if (entry.state === 'settled') return;
    entry.state = 'settled';
    clearTimeout(entry.timer);
    waiting.delete(entry);
    running.delete(entry.number);
    team?.busy(running.size);
    if (result instanceof RequestError) entry.reject(result);
    else entry.resolve(result);
    dispatch();
  }

  /** Answers an entry now; the worker that runs it, if one does, is ended and replaced. */
  function stop(entry: Entry, reason: RequestError): void {
    if (entry.state === 'running') {
      running.delete(entry.number);
      team?.cancel(entry.number);
      entry.abort.emit('abort');
    }
    settle(entry, reason);
  }

  function limitTime(entry: Entry, timeoutMs: number): void {
    clearTimeout(entry.timer);
    entry.timeoutMs = timeoutMs;
    entry.timer = setTimeout(() => expire(entry), Math.max(0, entry.arrived + timeoutMs - performance.now()));
  }

  function expire(entry: Entry): void {
    if (entry.state === 'waiting') {
      stop(entry, tooLate(entry.timeoutMs));
      return;
    }
    const waited = Math.round(entry.started - entry.arrived);
    const queued = waited < 1 ? '' : ` (${waited} ms of them in the queue)`;
    stop(
      entry,
      new RequestError('E_DEADLINE', [
        {
          message: `The time limit of ${entry.timeoutMs} ms passed${queued}, and the computation was stopped.`,
          hint: `"timeout_ms" may ask for up to ${options.maxTimeoutMs}.`,
        },
      ]),
    );
  }

  function cancel(entry: Entry): void {
    const gone = new RequestError('E_CLIENT_GONE', [{ message: 'The client closed the connection.' }]);
    if (entry.state !== 'running') return stop(entry, gone);
    entry.cancelled = true;
    clearTimeout(entry.timer);
    entry.timer = setTimeout(() => stop(entry, gone), cancelGraceMs);
  }

  async function start(): Promise<void> {
    // A worker takes its first message when it is warm; as many at once as there are workers go to one each.
    await Promise.all(Array.from({ length: size }, () => piscina.run(null, { name: 'ready' })));
    if (phase === 'starting') phase = 'ready';
    dispatch();
  }

  return {
    start,
    submit,
    state: () => ({
      phase,
      workers: { size, ready: phase === 'starting' ? 0 : ready, busy: running.size },
      queue: { length: waiting.size, limit: queueLimit },
    }),
    stats: sharing.stats,
    stop() {
      phase = 'stopping';
    },
    async destroy() {
      phase = 'stopping';
      for (const entry of [...waiting, ...running.values()]) stop(entry, stopping());
      await piscina.destroy();
      await team?.close();
      sharing.close();
    },
  };
}

/** A mistake of ours in a worker; `trace` is for the log alone. */
export class WorkerFault extends RequestError {
  readonly trace: string;

  constructor(trace: string) {
    super('E_INTERNAL', [
      { message: 'This is a mistake of the server, not of the request.', hint: 'Report it with the id in "instance".' },
    ]);
    this.trace = trace;
  }
}

/** Whether bytes can be moved to another thread: small buffers of Node share one pool, which must stay here. */
const movable = (bytes: Uint8Array): boolean => bytes.byteLength > 0 && bytes.byteLength === bytes.buffer.byteLength;
