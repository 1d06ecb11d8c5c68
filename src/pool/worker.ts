// A worker thread: the bytes of a request in, the bytes of its answer out; everything heavy happens here.

import { flushCompileCache } from 'node:module';
import { parentPort, threadId, workerData } from 'node:worker_threads';
import { move, transferableSymbol, valueSymbol } from 'piscina';
import type { EngineContext, Place } from '../../engine/index.ts';
import { createMachine, createPlanCache, EngineError, instantiate } from '../../engine/index.ts';
import type { WorkerEndpoint } from '../../routes/endpoint.ts';
import { isWorkerEndpoint } from '../../routes/endpoint.ts';
import { RequestError } from '../../routes/errors.ts';
import { endpoints } from '../../routes/index.ts';
import { joinCode } from './code-member.ts';
import { joinCounts } from './counts.ts';
import { decode } from './decode.ts';
import type { Outcome, Task, TimeLimit, WorkerSetup } from './messages.ts';
import { placesOf } from './places.ts';
import { restBetween } from './rest.ts';
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
const context: EngineContext = {
  limits,
  now: () => performance.now(),
  plans,
  machine,
  ...(share !== undefined && { share, onTrap: share.trapped }),
};

/** A request is done. */
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

async function run(task: Task): Promise<Outcome> {
  try {
    return await answer(task);
  } catch (error) {
    if (error instanceof EngineError || error instanceof RequestError) {
      return { kind: 'refused', code: error.code, issues: error.issues };
    }
    const reason = exhaustion(error);
    if (reason !== undefined) return { kind: 'refused', code: 'E_LIMIT', issues: [{ pointer: '', message: reason }] };
    return { kind: 'bug', error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

async function answer({ endpoint, body, coding, job, waited }: Task): Promise<Outcome> {
  const { validate, work, place } = prepared.get(endpoint)!;
  const request = decode(body, coding, limits, place);
  validate(request);
  const { timeout_ms } = request as { timeout_ms?: number };
  if (timeout_ms !== undefined && timeout_ms <= waited) return { kind: 'late', timeout_ms };
  if (timeout_ms !== undefined) parentPort?.postMessage({ job, timeout_ms } satisfies TimeLimit);
  const made = await work(request, context);
  return { kind: 'answer', type: made.type, body: typeof made.body === 'string' ? utf8.encode(made.body) : made.body };
}

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

/** The bytes of an answer cross by moving, not copying. */
async function handle(task: Task): Promise<unknown> {
  team?.serve(task.job);
  const outcome = await run(task);
  settle();
  if (outcome.kind !== 'answer') return outcome;
  // What lies in a larger buffer is copied out of it first: moving takes the whole buffer along.
  const body = outcome.body.byteLength === outcome.body.buffer.byteLength ? outcome.body : outcome.body.slice();
  return move({ [transferableSymbol]: [body.buffer], [valueSymbol]: { ...outcome, body } });
}

/** Code is loaded and compiled before a caller has to wait for it. */
async function warm(): Promise<void> {
  for (const { endpoint, body, times } of warmings(prepared.values())) {
    const bytes = utf8.encode(JSON.stringify(body));
    for (let time = 0; time < times; time++) {
      const outcome = await run({ endpoint, body: bytes, coding: 'identity', job: -1, waited: 0 });
      if (outcome.kind === 'bug') throw new Error(`warming up ${endpoint} failed: ${outcome.error}`);
    }
  }
  settle();
  // Now, and not when the thread ends: a thread that is stopped ends without it.
  flushCompileCache();
}

// Piscina awaits what a worker's file exports, so a worker counts as ready when it is warm.
export default warm().then(() => handle);

/** Answers as soon as the worker takes messages. */
export const ready = (): true => true;
