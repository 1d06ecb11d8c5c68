// A worker thread: the bytes of a request in, the bytes of its answer out; everything heavy happens here.

import { flushCompileCache } from 'node:module';
import { threadId, workerData } from 'node:worker_threads';
import type { EngineContext, Place } from '../../engine/index.ts';
import { createMachine, createPlanCache, EngineError, instantiate } from '../../engine/index.ts';
import type { WorkerEndpoint } from '../../routes/endpoint.ts';
import { isWorkerEndpoint } from '../../routes/endpoint.ts';
import { RequestError } from '../../routes/errors.ts';
import { endpoints } from '../../routes/index.ts';
import { joinCode } from './code-member.ts';
import { joinCounts } from './counts.ts';
import { decode } from './decode.ts';
import type { Outcome, Result, Task, WorkerSetup } from './messages.ts';
import { placesOf } from './places.ts';
import { restBetween } from './rest.ts';
import { serve } from './serve.ts';
import { Stopwatch } from './stopwatch.ts';
import { joinTeam } from './team-caller.ts';
import { validator } from './validate.ts';
import { warmings } from './warming.ts';

const { limits, planCacheBytes, vectors, team: setup, sharing } = workerData as WorkerSetup;
const team = setup === undefined ? undefined : joinTeam(setup, instantiate);
const share = sharing === undefined ? undefined : joinCode(sharing.code);
const count = sharing === undefined ? undefined : joinCounts(sharing.counts, threadId);
const plans = createPlanCache(planCacheBytes);
const machine = createMachine(vectors, team);
const rest = restBetween(machine);
const now = () => performance.now();
const context: EngineContext = {
  limits,
  now,
  plans,
  machine,
  ...(share !== undefined && { share, onTrap: share.trapped }),
};

/** Some requests are done. */
function settle(): void {
  rest.done();
  const { hits, misses, evictions, held, bytes } = plans.counts();
  const made = share?.counts ?? { compiled: 0, received: 0, waited: 0, traps: 0 };
  count?.({
    hits,
    misses,
    evictions,
    plans: held,
    planBytes: bytes,
    memoryBytes: machine.memoryBytes,
    replaced: rest.replaced,
    ...made,
  });
}

interface Prepared extends WorkerEndpoint {
  readonly validate: (value: unknown) => void;
  /** Where its tensors stand. */
  readonly place: Place | undefined;
}

const prepared = new Map<string, Prepared>(
  endpoints
    .filter(isWorkerEndpoint)
    .map((endpoint) => [
      endpoint.id,
      { ...endpoint, validate: validator(endpoint.request), place: placesOf(endpoint.request) },
    ]),
);

/** A plan of more operations than the task allows. */
class TooHeavy extends Error {
  readonly flops: number;

  constructor(flops: number) {
    super();
    this.flops = flops;
  }
}

type LimitTime = (ms: number) => void;

async function run(task: Task, limitTime: LimitTime): Promise<Outcome> {
  const watch = new Stopwatch(now, performance.timeOrigin);
  const result = await answer(task, limitTime, watch).catch(failed);
  return { ...result, measured: watch.stop(result.kind === 'answer') };
}

async function answer(task: Task, limitTime: LimitTime, watch: Stopwatch): Promise<Result> {
  const { endpoint, body, coding, waited, mostFlops } = task;
  const { validate, work, place } = prepared.get(endpoint)!;
  const request = decode(body, coding, limits, place);
  validate(request);
  watch.decoded();
  const { timeout_ms } = request as { timeout_ms?: number };
  if (timeout_ms !== undefined && timeout_ms <= waited) return { kind: 'late', timeout_ms };
  if (timeout_ms !== undefined) limitTime(timeout_ms);
  const admit = mostFlops === undefined ? undefined : atMost(mostFlops);
  const made = await work(request, { ...context, report: watch.report, ...(admit && { admit }) });
  return { kind: 'answer', type: made.type, body: typeof made.body === 'string' ? utf8.encode(made.body) : made.body };
}

function failed(error: unknown): Result {
  if (error instanceof EngineError || error instanceof RequestError) {
    return { kind: 'refused', code: error.code, issues: error.issues };
  }
  if (error instanceof TooHeavy) return { kind: 'heavy', flops: error.flops };
  const reason = exhaustion(error);
  if (reason !== undefined) return { kind: 'refused', code: 'E_LIMIT', issues: [{ pointer: '', message: reason }] };
  return { kind: 'bug', error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

const atMost = (mostFlops: number) => (flops: number) => {
  if (flops > mostFlops) throw new TooHeavy(flops);
};

const utf8 = new TextEncoder();

/** What a request ran out of, when that is what stopped it: stack or memory that no limit foresaw. */
function exhaustion(error: unknown): string | undefined {
  if (!(error instanceof RangeError)) return undefined;
  if (/call stack/.test(error.message)) return 'The computation is nested too deep for a worker.';
  if (/allocation failed|Invalid (typed )?(array|string) (buffer )?length/.test(error.message)) {
    return 'The computation needs more memory than a worker has.';
  }
  return undefined;
}

/** Code is loaded and compiled before a caller has to wait for it. */
async function warm(): Promise<void> {
  for (const { endpoint, body, times } of warmings(prepared.values())) {
    const bytes = utf8.encode(JSON.stringify(body));
    for (let time = 0; time < times; time++) {
      const outcome = await run({ endpoint, body: bytes, coding: 'identity', job: -1, waited: 0 }, () => {});
      if (outcome.kind === 'bug') throw new Error(`warming up ${endpoint} failed: ${outcome.error}`);
    }
  }
  settle();
  // Now, and not when the thread ends: a thread that is stopped ends without it.
  flushCompileCache();
}

await warm();
serve((task, limitTime) => {
  team?.serve(task.job);
  return run(task, limitTime);
}, settle);
